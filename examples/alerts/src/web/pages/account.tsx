/** The account: its sessions, this device, password, address, time zone, what is kept, the end. */
import type { FC } from 'hono/jsx';
import { SHORTEST } from '../../accounts/passwords.js';
import type { Visitor } from '../../accounts/sessions.js';
import { IDLE_DAYS, LONGEST_DAYS } from '../../accounts/sessions.js';
import type { SessionRow } from '../../storage/rows.js';
import type { Problems } from '../http/forms.js';
import { moment } from '../http/words.js';
import type { Frame } from './layout.js';
import { Choice, Field, Page, Post, Wrong, ZONES } from './layout.js';

export const Account: FC<{ frame: Frame; visitor: Visitor; sessions: readonly SessionRow[]; problems: Problems; said?: string | undefined; vapidPublicKey: string }> = ({ frame, visitor, sessions, problems, said, vapidPublicKey }) => (
  <Page title="Account" frame={frame} said={said}>
    <Wrong problems={problems} />
    <p>Logged in as <strong>{visitor.email}</strong>.</p>
    <div class="actions"><Post to="/log-out" quiet>Log out</Post> <Post to="/log-out-everywhere" quiet>Log out everywhere</Post></div>

    <section class="card" aria-labelledby="device">
      <h2 id="device">Notifications on this device</h2>
      <div id="push" data-key={vapidPublicKey}>
        <p id="push-state">This needs JavaScript and a browser with web push.</p>
        <p class="actions"><button type="button" id="push-on" hidden>Turn on</button> <button type="button" id="push-off" class="quiet" hidden>Turn off</button></p>
      </div>
      <p class="help">On an iPhone or iPad, add this page to the home screen first (Share, then “Add to Home Screen”) and open it there: only installed pages may send notifications. A device is told nothing more once it is logged out.</p>
    </section>

    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">Where you are logged in</h2>
      <p class="help">A session ends {IDLE_DAYS} days after it was last used, and {LONGEST_DAYS} days after it began.</p>
      <div class="scroll" tabindex={0} role="region" aria-label="Sessions as a table">
        <table class="stacked">
          <thead><tr><th scope="col">Browser</th><th scope="col">Last used</th><th scope="col"><span class="hidden">End it</span></th></tr></thead>
          <tbody>
            {sessions.map((session) => (
              <tr>
                <th scope="row">{browserOf(session.agent)}{session.id === visitor.sessionId ? ' (this one)' : ''}<span class="below">{session.address}</span></th>
                <td>{moment(session.seen_at, visitor.timeZone)}<span class="below">ends {moment(session.expires_at, visitor.timeZone)}</span></td>
                <td><Post to={`/account/sessions/${session.id}/end`} quiet label={`End the session of ${browserOf(session.agent)}, last used ${moment(session.seen_at, visitor.timeZone)}`}>End</Post></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>

    <section class="card" aria-labelledby="zone">
      <h2 id="zone">Time zone</h2>
      <form method="post" action="/account/time-zone">
        <Choice name="timeZone" label="Times are shown, and alerts’ hours counted, in" raw={{ timeZone: visitor.timeZone }} problems={problems} options={ZONES} />
        <button type="submit">Save</button>
      </form>
    </section>

    <section class="card" aria-labelledby="password-change">
      <h2 id="password-change">Password</h2>
      <form method="post" action="/account/password">
        <Field name="current" label="Present password" type="password" autocomplete="current-password" raw={{}} problems={problems} />
        <Field name="password" label="New password" type="password" autocomplete="new-password" raw={{}} problems={problems} help={`At least ${SHORTEST} characters. Every other session ends.`} />
        <button type="submit">Change the password</button>
      </form>
    </section>

    <section class="card" aria-labelledby="address-change">
      <h2 id="address-change">Address</h2>
      <form method="post" action="/account/address">
        <Field name="email" label="New e-mail address" type="email" autocomplete="email" raw={{}} problems={problems} help="It counts once you have followed the link that is sent there." />
        <Field name="addressPassword" label="Password" type="password" autocomplete="current-password" raw={{}} problems={problems} />
        <button type="submit">Change the address</button>
      </form>
    </section>

    <section class="card" aria-labelledby="export">
      <h2 id="export">What is kept about you</h2>
      <p>Your address and time zone, where you are logged in, your alerts, notifications and devices, and when you were sent what. The password is kept as a hash alone, which is not in the export.</p>
      <p><a class="button quiet" href="/account/export" download>Export everything (JSON)</a></p>
    </section>

    <section class="card" aria-labelledby="delete">
      <h2 id="delete">Delete the account</h2>
      <form method="post" action="/account/delete">
        <Field name="deletePassword" label="Password" type="password" autocomplete="current-password" raw={{}} problems={problems} help="Alerts, notifications and devices go with it. There is no way back." />
        <button type="submit" class="danger">Delete the account for good</button>
      </form>
    </section>
  </Page>
);

/** A browser and a system, as far as their name says; the whole name would fill the page. */
function browserOf(agent: string): string {
  const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']].find(([mark = '']) => agent.includes(mark))?.[1] ?? 'Another program';
  const system = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']].find(([mark = '']) => agent.includes(mark))?.[1];
  return system === undefined ? browser : `${browser} on ${system}`;
}

export const Mails: FC<{ frame: Frame; mails: readonly { id: string; to: string; subject: string; text: string; at: Date }[]; timeZone: string }> = ({ frame, mails, timeZone }) => (
  <Page title="Mails" frame={frame}>
    <p>This service has no mail server, and answers this machine alone. What it would have sent is here, the last 50.</p>
    {mails.length === 0 ? <p>None yet.</p> : null}
    {mails.map((mail) => (
      <article class="card mail">
        <h2>{mail.subject}</h2>
        <p class="help">to {mail.to}, {moment(mail.at, timeZone)}</p>
        {mail.text.split('\n\n').map((part) => (/^https?:\/\/\S+$/.test(part.trim()) ? <p><a href={part.trim()}>{part.trim()}</a></p> : <p>{part}</p>))}
      </article>
    ))}
  </Page>
);
