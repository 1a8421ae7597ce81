/** Pages of those who are not logged in: sign up, log in, forgotten password, and the links of mails. */
import type { FC } from 'hono/jsx';
import { SHORTEST } from '../../accounts/passwords.js';
import type { Problems, Raw } from '../http/forms.js';
import { DEMO_THRESHOLD } from '../services.js';
import type { WebSettings } from '../services.js';
import type { Frame } from './layout.js';
import { Choice, Field, Page, Wrong, ZONES } from './layout.js';

interface FormPage { frame: Frame; raw: Raw; problems: Problems; said?: string | undefined }

const passwordHelp = `At least ${SHORTEST} characters, any of them. Several words are good.`;

export const Landing: FC<{ frame: Frame; demo: WebSettings['demo']; sourceNote: string }> = ({ frame, demo, sourceNote }) => (
  <Page title="Told of foretold moves, and of how often they came" frame={frame}>
    <p class="lead">A network looks at the last 50 prices of a share as a picture and as a series, and foretells the next close. You say how large a foretold move must be; you are told when one comes, with the heat map of what moved the forecast, and with how often alerts like it were right.</p>
    {demo === undefined ? null : (
      <section class="card" aria-labelledby="demo">
        <h2 id="demo">The demo account</h2>
        <p>Address <code>{demo.email}</code>, password <code>{demo.password}</code>. {sourceNote}</p>
        <p>It has an alert on each symbol already, of {DEMO_THRESHOLD} %: so little because a network that was trained for half a minute foretells little. Once it is trained, the first notifications come within seconds.</p>
        <form method="post" action="/log-in">
          <input type="hidden" name="email" value={demo.email} />
          <input type="hidden" name="password" value={demo.password} />
          <button type="submit">Log in to the demo</button>
        </form>
      </section>
    )}
    <p class="actions"><a class="button" href="/sign-up">Sign up</a> <a href="/log-in">Log in</a></p>
  </Page>
);

export const SignUp: FC<FormPage> = ({ frame, raw, problems }) => (
  <Page title="Sign up" frame={frame}>
    <Wrong problems={problems} />
    <form method="post" action="/sign-up" class="card">
      <Field name="email" label="E-mail address" type="email" autocomplete="email" raw={raw} problems={problems} help="A link to choose a password is sent there." />
      <Choice name="timeZone" label="Time zone" raw={raw} problems={problems} options={ZONES} help="For the hours in which an alert may speak." />
      <button type="submit">Send the link</button>
    </form>
    <p>You have an account? <a href="/log-in">Log in</a>.</p>
  </Page>
);

/** The same whatever became of it. */
export const Sent: FC<{ frame: Frame; showMails: boolean }> = ({ frame, showMails }) => (
  <Page title="Look into your mails" frame={frame}>
    <p>If the address can be used, a mail with a link is on its way. It may take a minute.</p>
    {showMails ? <p>This service sends no mails: <a href="/mails">they are shown on a page</a>.</p> : null}
  </Page>
);

/** A new password, by the link of a mail: of a new account, or of one whose password was forgotten. */
export const ChoosePassword: FC<FormPage & { to: '/confirm' | '/reset'; token: string }> = ({ frame, problems, to, token }) => (
  <Page title="Choose a password" frame={frame}>
    <Wrong problems={problems} />
    <form method="post" action={to} class="card">
      <input type="hidden" name="token" value={token} />
      <Field name="password" label="Password" type="password" autocomplete="new-password" raw={{}} problems={problems} help={passwordHelp} />
      <button type="submit">{to === '/confirm' ? 'Open the account' : 'Set the password'}</button>
    </form>
  </Page>
);

export const ConfirmAddress: FC<{ frame: Frame; token: string }> = ({ frame, token }) => (
  <Page title="Confirm your new address" frame={frame}>
    <form method="post" action="/confirm-address" class="card">
      <input type="hidden" name="token" value={token} />
      <button type="submit">Use this address</button>
    </form>
  </Page>
);

export const DeadLink: FC<{ frame: Frame }> = ({ frame }) => (
  <Page title="This link is no longer good" frame={frame}>
    <p>It was used already, or it is too old. <a href="/forgot">Ask for another</a>, or <a href="/sign-up">sign up again</a>.</p>
  </Page>
);

export const LogIn: FC<FormPage & { next: string }> = ({ frame, raw, problems, next, said }) => (
  <Page title="Log in" frame={frame} said={said}>
    <Wrong problems={problems} />
    <form method="post" action={`/log-in?next=${encodeURIComponent(next)}`} class="card">
      <Field name="email" label="E-mail address" type="email" autocomplete="username" raw={raw} problems={{}} />
      <Field name="password" label="Password" type="password" autocomplete="current-password" raw={{}} problems={{}} />
      <button type="submit">Log in</button>
    </form>
    <p><a href="/forgot">Forgotten password</a> · <a href="/sign-up">Sign up</a></p>
  </Page>
);

export const Forgot: FC<FormPage> = ({ frame, raw, problems }) => (
  <Page title="Forgotten password" frame={frame}>
    <Wrong problems={problems} />
    <form method="post" action="/forgot" class="card">
      <Field name="email" label="E-mail address" type="email" autocomplete="username" raw={raw} problems={problems} help="A link to set a new password is sent there, good for an hour." />
      <button type="submit">Send the link</button>
    </form>
  </Page>
);

export const Message: FC<{ frame: Frame; title: string; text: string }> = ({ frame, title, text }) => (
  <Page title={title} frame={frame}><p>{text}</p></Page>
);
