/** The URLs of services' instances. Each instance registers itself, and confirms its entry regularly. */
export interface ServiceRegistry {
  /**
   * @param url base URL of this instance for other processes
   * @returns disposing removes the instance from the list at once
   * @throws if the registry is unreachable
   */
  register(service: string, url: string): Promise<AsyncDisposable>;
  /**
   * Watches the instances of a service. `onChange` is called once before this resolves, and at each change. While the registry is
   * unreachable, the last instances stay valid.
   *
   * @param onChange receives the base URLs, sorted and without duplicates
   * @returns disposing ends the watch
   * @throws if the registry is unreachable
   */
  watch(service: string, onChange: (urls: readonly string[]) => void): Promise<AsyncDisposable>;
}
