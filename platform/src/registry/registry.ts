/** Where the instances of services are: each says so itself, and says again and again that it is still there. */
export interface ServiceRegistry {
  /**
   * @param url base URL at which the others reach this instance
   * @returns disposing it takes the instance off the list at once
   * @throws when the registry is out of reach
   */
  register(service: string, url: string): Promise<AsyncDisposable>;
  /**
   * Tells of the instances of a service: once before this resolves, and whenever they change. While the registry is out
   * of reach the last ones hold.
   *
   * @param onChange gets base URLs, sorted, each once
   * @returns disposing it ends that
   * @throws when the registry is out of reach
   */
  watch(service: string, onChange: (urls: readonly string[]) => void): Promise<AsyncDisposable>;
}
