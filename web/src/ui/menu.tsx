import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './menu.module.css';

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly children: ReactNode;
  /** Default false. */
  readonly isOpenAtFirst?: boolean;
}

export function Menu({ trigger, children, isOpenAtFirst = false }: MenuProps) {
  return (
    <Base.Root modal={false} defaultOpen={isOpenAtFirst}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="end" className={styles.layer}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface ItemProps {
  readonly children: ReactNode;
  readonly onSelect: () => void;
  readonly isDangerous?: boolean;
  readonly end?: string;
}

export function MenuItem({ children, onSelect, isDangerous, end }: ItemProps) {
  return (
    <Base.Item className={`${styles.item} ${isDangerous ? styles.danger : ''}`} onClick={onSelect}>
      {children}
      {end && <span className={styles.end}>{end}</span>}
    </Base.Item>
  );
}

export function MenuLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <Base.Item className={styles.item} render={<Link to={to} />}>
      {children}
    </Base.Item>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChoose: (value: Value) => void;
}

/** One of a few, with a mark at the chosen one. */
export function MenuChoice<Value extends string>({ label, value, options, onChoose }: ChoiceProps<Value>) {
  return (
    <Base.Group>
      <Base.GroupLabel className={styles.label}>{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(chosen) => onChoose(chosen as Value)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} className={styles.item} closeOnClick>
            {option.label}
            <Base.RadioItemIndicator className={styles.end}>
              <Check size={14} aria-hidden />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export function MenuLine() {
  return <Base.Separator className={styles.line} />;
}
