import type { LucideIcon } from 'lucide-react';
import type { ComponentPropsWithRef } from 'react';
import { Link, type LinkProps } from 'react-router';
import styles from './button.module.css';

interface Look {
  /** Default `plain`. One `primary` a view. */
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'small';
  readonly icon?: LucideIcon;
}

export type ButtonProps = Look & ComponentPropsWithRef<'button'>;

export function Button({ look, size, icon: Icon, className, children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={toClass({ look, size }, className)} {...rest}>
      {Icon && <Icon size={ICON_PX} aria-hidden />}
      {children}
    </button>
  );
}

const ICON_PX = 16;

/** A button that shows an icon alone; its label is what screen readers say, and its tooltip. */
export function IconButton({
  label,
  icon: Icon,
  look = 'quiet',
  size,
  className,
  type = 'button',
  ...rest
}: Look & { readonly label: string; readonly icon: LucideIcon } & Omit<ComponentPropsWithRef<'button'>, 'children'>) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={`${toClass({ look, size }, className)} ${styles.icon}`}
      {...rest}
    >
      <Icon size={ICON_PX} aria-hidden />
    </button>
  );
}

export function ButtonLink({ look, size, icon: Icon, className, children, ...rest }: Look & LinkProps) {
  return (
    <Link className={toClass({ look, size }, className)} {...rest}>
      {Icon && <Icon size={ICON_PX} aria-hidden />}
      {children}
    </Link>
  );
}

function toClass({ look = 'plain', size }: Look, more = ''): string {
  const classes = [styles.button, look !== 'plain' && styles[look], size === 'small' && styles.small, more];
  return classes.filter(Boolean).join(' ');
}
