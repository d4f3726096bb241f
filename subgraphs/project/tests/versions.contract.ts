import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import { notFound, signIn, write } from './project.fixture.ts';

/** The history of a project. */
export function describeVersions(getTest: () => SubgraphTest): void {
  it('restores an old version as a new one', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    await ann.apply(id, 0, [write('a', '1'), write('b', '1')]);
    await ann.apply(id, 1, [write('a', '2'), { operation: 'DELETE', path: 'b' }, write('c', '2')]);
    const { restoreVersion } = await ann.ask(
      `mutation($id: ID!) { restoreVersion(projectId: $id, number: 1) { number message changes { path operation before after } } }`,
      { id },
    );
    expect(restoreVersion).toEqual({
      number: 3,
      message: 'Restored version 1',
      changes: [
        { path: 'a', operation: 'EDIT', before: '2', after: '1' },
        { path: 'c', operation: 'DELETE', before: '2', after: null },
        { path: 'b', operation: 'WRITE', before: null, after: '1' },
      ],
    });
    expect(await ann.files(id)).toEqual({ a: '1', b: '1' });
    expect(await ann.files(id, 2)).toEqual({ a: '2', c: '2' });
    const missing = ann.ask('mutation($id: ID!) { restoreVersion(projectId: $id, number: 9) { number } }', { id });
    await expect(missing).rejects.toMatchObject(notFound);
  });

  it('pages through files and versions', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    for (let number = 0; number < 5; number++)
      await ann.apply(id, number, [write(`d/${number}`, ''), write(`f${number}`, '')]);
    const query = `query($id: ID!, $after: String, $afterVersion: String) { project(id: $id) {
      files(prefix: "d/", first: 2, after: $after) { totalCount nodes { path } pageInfo { endCursor hasNextPage } }
      versions(first: 4, after: $afterVersion) { totalCount nodes { number } pageInfo { endCursor } } } }`;
    interface Page {
      files: { totalCount: number; nodes: { path: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
      versions: { nodes: { number: number }[]; pageInfo: { endCursor: string } };
    }
    const paths: string[] = [];
    const numbers: number[] = [];
    for (let variables: Record<string, unknown> = { id }; ; ) {
      const { project } = await ann.ask<{ project: Page }>(query, variables);
      expect(project.files.totalCount).toBe(5);
      paths.push(...project.files.nodes.map(({ path }) => path));
      numbers.push(...project.versions.nodes.map(({ number }) => number));
      if (!project.files.pageInfo.hasNextPage) break;
      const { files, versions } = project;
      variables = {
        id,
        after: files.pageInfo.endCursor,
        afterVersion: versions.pageInfo.endCursor ?? variables.afterVersion,
      };
    }
    expect(paths).toEqual(['d/0', 'd/1', 'd/2', 'd/3', 'd/4']);
    expect(numbers).toEqual([5, 4, 3, 2, 1, 0]);
  });
}
