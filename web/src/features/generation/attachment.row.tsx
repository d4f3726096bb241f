import { FileText, X } from 'lucide-react';
import { useFormats, useText } from '../../text/text.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { IMAGE_LIMITS } from './image.file.ts';
import styles from './prompt.module.css';
import type { Attachments } from './use.attachments.ts';

interface AttachmentRowProps {
  readonly attachments: Attachments;
  /** A model that is known to see no images; null where that is not known. */
  readonly blindModel: string | null;
}

/** What goes with the prompt: files as chips, images as thumbnails, and why something was not taken. */
export function AttachmentRow({ attachments, blindModel }: AttachmentRowProps) {
  const text = useText();
  const formats = useFormats();
  const { contextPaths, images, problem, removePath, removeImage } = attachments;
  return (
    <>
      {problem && (
        <Notice kind="warning">
          {text.prompt.imageProblem[problem.kind](
            problem.name,
            formats.bytes(problem.room),
            String(IMAGE_LIMITS.count),
          )}
        </Notice>
      )}
      {images.length > 0 && blindModel !== null && <Notice kind="warning">{text.prompt.blind(blindModel)}</Notice>}
      {(contextPaths.length > 0 || images.length > 0) && (
        <ul className={styles.attached} aria-label={text.prompt.attached}>
          {images.map(({ id, name, url, bytes, originalBytes }) => {
            const size =
              originalBytes === null
                ? formats.bytes(bytes)
                : text.prompt.imageShrunk(formats.bytes(originalBytes), formats.bytes(bytes));
            return (
              <li key={id} className={styles.image} title={`${name}, ${size}`}>
                <img src={url} alt={`${name}, ${size}`} />
                <IconButton
                  size="small"
                  label={text.prompt.removeImage(name)}
                  icon={X}
                  onClick={() => removeImage(id)}
                />
              </li>
            );
          })}
          {contextPaths.map((path) => (
            <li key={path} className={styles.chip} title={path}>
              <FileText size={13} aria-hidden />
              <span>{path}</span>
              <IconButton size="small" label={text.prompt.removePath(path)} icon={X} onClick={() => removePath(path)} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
