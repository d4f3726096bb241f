import { createHash } from 'node:crypto';
import { newId } from '@vibecode/platform/id';
import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import type { ExecutionResult } from 'graphql';

type Row = Record<string, unknown>;

export const notFound = { code: 'NOT_FOUND' };

/** A person who signed in and uses the service. */
export interface Person {
  readonly id: string;
  /** The data. @throws the first error, with its code and facts */
  ask<T = Row>(query: string, variables?: Row): Promise<T>;
  /** All of the answer. */
  tell(query: string, variables?: Row): Promise<ExecutionResult>;
  watch(query: string, variables?: Row): AsyncIterableIterator<ExecutionResult>;
  createProject(input?: Row): Promise<string>;
  apply(projectId: string, baseVersion: number, changes: Row[], more?: Row): Promise<{ id: string; number: number }>;
  files(projectId: string, version?: number): Promise<Record<string, string>>;
}

export interface SignInOptions {
  readonly id?: string;
  readonly role?: 'USER' | 'ADMIN';
  /** Default: all that a session may do to projects. */
  readonly scope?: string;
}

export async function signIn(
  test: SubgraphTest,
  { id = newId(), role = 'USER', scope = 'project:read project:write' }: SignInOptions = {},
): Promise<Person> {
  const token = await test.sign({ userId: id, role, scope });
  const person: Person = {
    id,
    tell: (query, variables) => test.query(query, variables, token),
    watch: (query, variables) => test.subscribe(query, variables, token),
    async ask<T>(query: string, variables?: Row) {
      const { data, errors } = await person.tell(query, variables);
      if (errors?.[0]) {
        throw Object.assign(new Error(errors[0].message), errors[0].extensions);
      }
      return data as T;
    },
    async createProject(input = {}) {
      const { createProject } = await person.ask<{ createProject: { id: string } }>(
        'mutation($input: CreateProjectInput!) { createProject(input: $input) { id } }',
        { input: { name: 'Project', ...input } },
      );
      return createProject.id;
    },
    async apply(projectId, baseVersion, changes, more = {}) {
      const input = { projectId, baseVersion, message: 'Change', changes, idempotencyKey: newId(), ...more };
      const { applyChangeset } = await person.ask<{ applyChangeset: { id: string; number: number } }>(
        'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { id number } }',
        { input },
      );
      return applyChangeset;
    },
    async files(projectId, version) {
      const { project } = await person.ask<{ project: { files: { nodes: { path: string; content: string }[] } } }>(
        'query($id: ID!, $version: Int) { project(id: $id) { files(version: $version) { nodes { path content } } } }',
        { id: projectId, version },
      );
      return Object.fromEntries(project.files.nodes.map(({ path, content }) => [path, content]));
    },
  };
  return person;
}

export function write(path: string, content: string): Row {
  return { operation: 'WRITE', path, content };
}

export function sha(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
