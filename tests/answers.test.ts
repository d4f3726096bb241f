import { RemoteError } from '@vibecode/platform/errors';
import { editCases } from '../subgraphs/ai-generation/tests/corpus/edit.cases.ts';
import { reportedCases } from '../subgraphs/ai-generation/tests/corpus/reported.cases.ts';
import { type CorpusTest, expectOutcome, startCorpusTest } from '../subgraphs/ai-generation/tests/corpus.fixture.ts';
import { applyChanges, toSha256 } from '../subgraphs/project/src/changeset.ts';
import { FileTree } from '../subgraphs/project/src/file.tree.ts';
import { serviceChangesetInput } from '../subgraphs/project/src/project.input.ts';

/** What the project service would make of the changes: its own input, and its own rule. */
async function applyByProject(
  files: Record<string, string>,
  sent: readonly unknown[],
): Promise<Record<string, string>> {
  const tree = FileTree.fromNode({ files: [], folders: [] });
  const contents = new Map<string, Buffer>();
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const sha256 = toSha256(bytes);
    contents.set(sha256, bytes);
    tree.set(path, { sha256, bytes: bytes.length, versionId: 'before' }, 'path');
  }
  const { changes } = serviceChangesetInput.parse({ projectId: 'a', message: 'a', changes: sent, idempotencyKey: 'a' });
  const applied = await applyChanges(tree, changes, {
    limits: { files: 5_000, fileBytes: 1_048_576, totalBytes: 104_857_600 },
    versionId: 'after',
    read: async (sha256) => contents.get(sha256)!,
  }).catch((error) => {
    throw new RemoteError(error.code, error.message, error.status);
  });
  const entries = applied.tree.entries().map(([path, { sha256 }]): [string, string] => {
    const content = applied.blobs.get(sha256) ?? contents.get(sha256)!;
    return [path, content.toString()];
  });
  return Object.fromEntries(entries);
}

const cases = [...reportedCases, ...editCases];
let test: CorpusTest;

beforeAll(async () => {
  test = await startCorpusTest(cases, applyByProject);
});
afterAll(() => test[Symbol.asyncDispose]());

describe("recorded answers of models, by the project's own rule", () => {
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
    await expectOutcome(test, recorded);
  });
});
