import { greet, isLocale, locales } from './greetings.ts';

const [name = '{{name}}', locale = 'en'] = process.argv.slice(2);

if (isLocale(locale)) {
  console.log(greet(name, locale));
} else {
  console.error(`There is no greeting for '${locale}'; expected one of ${locales.join(', ')}.`);
  process.exitCode = 1;
}
