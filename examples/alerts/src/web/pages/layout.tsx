/** The frame of every page, and the parts that pages share. */
import { raw } from 'hono/html';
import type { Child, FC } from 'hono/jsx';
import type { Visitor } from '../../accounts/sessions.js';
import type { Problems, Raw } from '../http/forms.js';
import { plural } from '../http/words.js';

export interface Frame {
  visitor?: Visitor | undefined;
  unread?: number | undefined;
  path: string;
  showMails: boolean;
}

const NAME = 'Foretold';

const Link: FC<{ to: string; path: string; children?: Child }> = ({ to, path, children }) => (
  <a href={to} aria-current={path === to || path.startsWith(`${to}/`) ? 'page' : undefined}>{children}</a>
);

/** `main` of a page under its heading. */
export const Page: FC<{ title: string; frame: Frame; said?: string | undefined; children?: Child }> = ({ title, frame, said, children }) => (
  <>
  {raw('<!doctype html>')}
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>{`${title} · ${NAME}`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" content="#10534a" />
      <meta name="description" content="Alerts on foretold rises and falls of prices, each with the truth beside it." />
      <link rel="stylesheet" href="/styles.css" />
      <link rel="stylesheet" href="/plots.css" />
      <link rel="manifest" href="/manifest.webmanifest" />
      <link rel="icon" href="/icon-192.png" type="image/png" />
      <link rel="apple-touch-icon" href="/icon-192.png" />
      <script type="module" src="/app.js"></script>
    </head>
    <body data-member={frame.visitor ? 'yes' : undefined}>
      <a class="skip" href="#main">Skip to the content</a>
      <header>
        <a class="brand" href="/">{NAME}</a>
        <nav aria-label="Pages">
          {frame.visitor ? (
            <>
              <Link to="/notifications" path={frame.path}>Notifications <Unread count={frame.unread ?? 0} /></Link>
              <Link to="/alerts" path={frame.path}>Alerts</Link>
              <Link to="/symbols" path={frame.path}>Symbols</Link>
              <Link to="/account" path={frame.path}>Account</Link>
            </>
          ) : (
            <>
              <Link to="/log-in" path={frame.path}>Log in</Link>
              <Link to="/sign-up" path={frame.path}>Sign up</Link>
            </>
          )}
          {frame.showMails ? <Link to="/mails" path={frame.path}>Mails</Link> : null}
        </nav>
      </header>
      <main id="main" tabindex={-1}>
        {said === undefined ? null : <p class="said" role="status">{said}</p>}
        <h1>{title}</h1>
        {children}
      </main>
      <footer>
        <p>Forecasts of a neural network, most of the time no better than repeating the last price. <strong>No financial advice.</strong></p>
      </footer>
    </body>
  </html>
  </>
);

/** The count stands in words for those who do not see its badge. */
export const Unread: FC<{ count: number }> = ({ count }) => (
  <span id="unread" class={count === 0 ? 'badge none' : 'badge'} data-count={count}>{count}<span class="hidden"> unread</span></span>
);

export interface FieldOptions {
  name: string;
  label: string;
  raw: Raw;
  problems: Problems;
  type?: string;
  help?: Child;
  autocomplete?: string;
  required?: boolean;
  /** Further attributes of the input. */
  more?: Readonly<Record<string, string | number>>;
}

/** A labelled input with its help and what is wrong with it; a password is never sent back. */
export const Field: FC<FieldOptions> = ({ name, label, raw, problems, type = 'text', help, autocomplete, required = true, more = {} }) => {
  const problem = problems[name];
  return (
    <p class="field">
      <label for={name}>{label}</label>
      <input
        id={name} name={name} type={type} value={type === 'password' ? undefined : raw[name]} required={required} autocomplete={autocomplete}
        aria-describedby={describedBy(name, help !== undefined, problem)} aria-invalid={problem === undefined ? undefined : 'true'} {...more}
      />
      {help === undefined ? null : <span class="help" id={`${name}-help`}>{help}</span>}
      <Problem name={name} problem={problem} />
    </p>
  );
};

export const Choice: FC<{ name: string; label: string; raw: Raw; problems: Problems; options: readonly (readonly [value: string, text: string])[]; help?: Child }> = ({ name, label, raw, problems, options, help }) => (
  <p class="field">
    <label for={name}>{label}</label>
    <select id={name} name={name} aria-describedby={describedBy(name, help !== undefined, problems[name])}>
      {options.map(([value, text]) => <option value={value} selected={raw[name] === value}>{text}</option>)}
    </select>
    {help === undefined ? null : <span class="help" id={`${name}-help`}>{help}</span>}
    <Problem name={name} problem={problems[name]} />
  </p>
);

const describedBy = (name: string, help: boolean, problem: string | undefined): string | undefined =>
  [help ? `${name}-help` : undefined, problem === undefined ? undefined : `${name}-problem`].filter((id) => id !== undefined).join(' ') || undefined;

const Problem: FC<{ name: string; problem: string | undefined }> = ({ name, problem }) => (
  problem === undefined ? null : <span class="problem" id={`${name}-problem`}>{problem}</span>
);

/** Says above a form that something in it is wrong, so that nobody has to look for it. */
export const Wrong: FC<{ problems: Problems }> = ({ problems }) => {
  const all = Object.values(problems).filter((problem) => problem !== undefined);
  if (all.length === 0) return null;
  return <div class="wrong" role="alert"><p>{all.length === 1 ? all[0] : `${plural(all.length, 'field')} need another value.`}</p></div>;
};

/** A button that posts, as a form of its own. */
export const Post: FC<{ to: string; quiet?: boolean; label?: string; children?: Child }> = ({ to, quiet = false, label, children }) => (
  <form method="post" action={to} class="inline"><button type="submit" class={quiet ? 'quiet' : undefined} aria-label={label}>{children}</button></form>
);

export const ZONES: readonly (readonly [string, string])[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')].map((name) => [name, name.replaceAll('_', ' ')] as const);
