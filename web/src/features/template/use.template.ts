import { useApolloClient } from '@apollo/client/react';
import { useRef } from 'react';
import { useNavigate } from 'react-router';
import { CreateProjectDocument, SaveFilesDocument, type SearchTemplatesQuery } from '../../api/generated/graphql.ts';
import { newId } from '../../app/new.id.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';

export type FoundTemplate = NonNullable<SearchTemplatesQuery['searchTemplates'][number]['template']>;

const MAX_NAME = 100;

/** Makes a project with the files of a template, and leads there. Tried again, it goes on with the project that was made. */
export function useTemplate() {
  const text = useText();
  const client = useApolloClient();
  const navigate = useNavigate();
  const made = useRef(new Map<string, { readonly projectId: string; readonly idempotencyKey: string }>());
  return useAction(async ({ id, title, language, framework, files }: FoundTemplate) => {
    let begun = made.current.get(id);
    if (!begun) {
      const input = { name: title.slice(0, MAX_NAME), language, framework };
      const { data } = await client.mutate({ mutation: CreateProjectDocument, variables: { input } });
      const projectId = data?.createProject.id;
      if (!projectId) throw new Error(text.errors.OFFLINE);
      // One key for all attempts: files that were saved without an answer are not saved again.
      begun = { projectId, idempotencyKey: newId() };
      made.current.set(id, begun);
    }
    const changes = files.map(({ path, content }) => ({ operation: 'WRITE' as const, path, content }));
    const message = text.templates.message(title);
    const input = { ...begun, baseVersion: 0, message, changes };
    await client.mutate({ mutation: SaveFilesDocument, variables: { input } });
    made.current.delete(id);
    await navigate(`/p/${begun.projectId}`);
  });
}
