import { useState } from 'react';
import { readTheme, setTheme, type Theme } from '../../app/theme.ts';
import { chooseLanguage, LANGUAGES, useFormats, useText } from '../../text/text.tsx';
import page from '../../ui/page.module.css';

export function AppearanceSection() {
  const text = useText();
  const { language } = useFormats();
  const [theme, choose] = useState<Theme>(readTheme);
  const themes: Theme[] = ['system', 'light', 'dark'];
  return (
    <>
      <fieldset className={page.checks}>
        <legend>{text.shell.theme.label}</legend>
        {themes.map((value) => (
          <Radio
            key={value}
            name="theme"
            label={text.shell.theme[value]}
            isChosen={value === theme}
            onChoose={() => {
              setTheme(value);
              choose(value);
            }}
          />
        ))}
      </fieldset>
      <fieldset className={page.checks}>
        <legend>{text.shell.language}</legend>
        {LANGUAGES.map(({ value, label }) => (
          <Radio
            key={value}
            name="language"
            label={label}
            isChosen={value === language}
            onChoose={() => chooseLanguage(value)}
          />
        ))}
      </fieldset>
    </>
  );
}

interface RadioProps {
  readonly name: string;
  readonly label: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Radio({ name, label, isChosen, onChoose }: RadioProps) {
  return (
    <label className={page.radio}>
      <input type="radio" name={name} checked={isChosen} onChange={onChoose} />
      {label}
    </label>
  );
}
