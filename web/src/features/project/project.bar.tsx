import { useMutation } from '@apollo/client/react';
import { Ellipsis } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { DeleteProjectDocument, RenameProjectDocument, type WorkspaceQuery } from '../../api/generated/graphql.ts';
import { ShellSlot } from '../../app/shell.tsx';
import { useText } from '../../text/text.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Menu, MenuItem, MenuLine, MenuLink } from '../../ui/menu.tsx';
import { Failure } from '../../ui/notice.tsx';
import { ImportTemplateDialog } from '../template/import.template.dialog.tsx';
import styles from './project.bar.module.css';

interface ProjectBarProps {
  readonly project: Pick<NonNullable<WorkspaceQuery['project']>, 'id' | 'name'>;
  readonly version: number;
  /** Files that are not saved. */
  readonly unsaved: number;
}

/** The project's name, where it stands, and what can be done to it as a whole. */
export function ProjectBar({ project, version, unsaved }: ProjectBarProps) {
  const text = useText();
  const [asked, setAsked] = useState<'rename' | 'template' | 'delete' | null>(null);
  const close = () => setAsked(null);
  return (
    <ShellSlot>
      <span className={styles.slash} aria-hidden="true">
        /
      </span>
      <h1 className={styles.name}>
        <Link to={`/p/${project.id}`}>{project.name}</Link>
      </h1>
      <Link to={`/p/${project.id}/v/${version}`} className={styles.version}>
        v{version}
      </Link>
      {unsaved > 0 && <span className={styles.unsaved}>{text.files.unsavedCount(unsaved)}</span>}
      <Menu trigger={<IconButton size="small" label={text.workspace.menu} icon={Ellipsis} />}>
        <MenuItem onSelect={() => setAsked('rename')}>{text.workspace.rename}</MenuItem>
        {version > 0 && <MenuItem onSelect={() => setAsked('template')}>{text.templates.import}</MenuItem>}
        {version > 0 && (
          <MenuLink to={`/p/${project.id}/diff/${version - 1}..${version}`}>{text.versions.compare}</MenuLink>
        )}
        <MenuLine />
        <MenuItem isDangerous onSelect={() => setAsked('delete')}>
          {text.workspace.delete}
        </MenuItem>
      </Menu>
      {asked === 'rename' && <RenameDialog project={project} onClose={close} />}
      {asked === 'template' && <ImportTemplateDialog project={project} onClose={close} />}
      {asked === 'delete' && <DeleteDialog project={project} onClose={close} />}
    </ShellSlot>
  );
}

type AskProps = Pick<ProjectBarProps, 'project'> & { readonly onClose: () => void };

function RenameDialog({ project: { id, name }, onClose }: AskProps) {
  const text = useText();
  const [rename, { error, loading }] = useMutation(RenameProjectDocument);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('name')).trim();
    // The dialog stays open and shows the error that the mutation keeps.
    rename({ variables: { id, input: { name: wanted } } }).then(onClose, () => undefined);
  }
  return (
    <Dialog title={text.workspace.renameTitle} isOpen onClose={onClose}>
      <form onSubmit={submit} className={styles.form}>
        <TextField label={text.session.name} name="name" defaultValue={name} required />
        <Failure error={error} />
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button type="submit" look="primary" disabled={loading}>
            {text.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ project: { id, name }, onClose }: AskProps) {
  const text = useText();
  const navigate = useNavigate();
  const [remove, { error, loading }] = useMutation(DeleteProjectDocument, {
    variables: { id },
    update: (cache) => {
      cache.evict({ id: cache.identify({ __typename: 'Project', id }) });
    },
  });
  return (
    <Dialog title={text.workspace.deleteTitle} isOpen onClose={onClose}>
      <p>{text.workspace.deleteBody(name)}</p>
      <Failure error={error} />
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          {text.cancel}
        </Button>
        <Button
          look="danger"
          disabled={loading}
          onClick={() =>
            remove().then(
              () => navigate('/projects'),
              // The dialog stays open and shows the error that the mutation keeps.
              () => undefined,
            )
          }
        >
          {text.workspace.delete}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
