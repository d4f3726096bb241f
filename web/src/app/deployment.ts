import { useEffect, useState } from 'react';

/** What the page is told of the installation that serves it. */
export interface Deployment {
  /** Whether one button signs in as the demo account: only on the machine itself, with everything embedded. */
  readonly demo: boolean;
  /** In words: what runs in the server's own process. Empty where all services are real. */
  readonly embedded: readonly string[];
  /** Whether GraphiQL is served at `/graphiql`. */
  readonly graphiql: boolean;
}

const UNKNOWN: Deployment = { demo: false, embedded: [], graphiql: false };

let asked: Promise<Deployment> | null = null;

/** Never rejects. */
function askDeployment(): Promise<Deployment> {
  asked ??= fetch('/deployment.json')
    .then(async (response) => (response.ok ? ((await response.json()) as Deployment) : UNKNOWN))
    // Without it the page offers less.
    .catch(() => UNKNOWN);
  return asked;
}

/** Null until it is known. */
export function useDeployment(): Deployment | null {
  const [deployment, setDeployment] = useState<Deployment | null>(null);
  useEffect(() => {
    let isThere = true;
    void askDeployment().then((found) => isThere && setDeployment(found));
    return () => {
      isThere = false;
    };
  }, []);
  return deployment;
}
