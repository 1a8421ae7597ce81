/** Flags and environment: each wrong value is named, with what would be right. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, helpText, readConfig } from '../../src/config/config.js';
import { settings } from '../../src/config/settings.js';

const problems = (args: string[], environment: Record<string, string> = {}): string => {
  try {
    readConfig(args, environment);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

test('defaults serve this machine from a replay', () => {
  const config = readConfig([], {});
  assert.ok(config !== 'help');
  assert.is(config.command, 'serve');
  assert.equal([config.host, config.port, config.source, config.roles], ['127.0.0.1', 8080, 'replay', ['web', 'checker', 'sender']]);
});

test('a flag wins over a variable; an empty variable is not set', () => {
  const config = readConfig(['--port', '1'], { PORT: '2', HOST: '', LOG_LEVEL: 'debug' });
  assert.ok(config !== 'help');
  assert.equal([config.port, config.host, config.logLevel], [1, '127.0.0.1', 'debug']);
});

for (const [args, environment, wanted] of [
  [['--port', 'x'], {}, /--port must be a whole number from 0 to 65535; it is 'x'/],
  [['--port', '70000'], {}, /--port must be a whole number/],
  [[], { PORT: '1.5' }, /PORT must be a whole number/],
  [['--origin', 'alerts.example'], {}, /--origin must be an address such as https/],
  [['--trust-proxy', '-1'], {}, /--trust-proxy/],
  [['--role', 'web,mail'], {}, /--role must be a list of web, checker, sender/],
  [['--source', 'bloomberg'], {}, /one of replay, csv, yahoo, massive/],
  [['--speed', '0'], {}, /--speed must be a number from 1 to 100000/],
  [['--time-zone', 'Mars/Olympus'], {}, /a time zone such as/],
  [['--log-level', 'loud'], {}, /one of debug, info, warn, error/],
  [['--mail-from', 'me'], {}, /--mail-from must be an address/],
  [['--push-contact', 'http://x'], {}, /mailto:/],
  [['--networks', 'two'], {}, /--networks must be one of one, each; it is 'two'/],
  [['--push-hosts', 'https://push.lan'], {}, /--push-hosts must be a list of hosts such as push.lan:8443/],
  [['--bar-minutes', '0'], {}, /--bar-minutes/],
  [['--host', ''], {}, /--host must be an address/],
  [[], { DATABASE_URL: 'mysql://u:hunter2@h/d' }, /^DATABASE_URL must be an address such as postgres:\/\/user:password@host\/name\.$/],
  [[], { SMTP_URL: 'hunter2' }, /^SMTP_URL must be an address such as [^;]*$/],
  [[], { METRICS_TOKEN: 'hunter2' }, /^METRICS_TOKEN must be at least 16 characters\.$/],
  [['--colour'], {}, /--colour/],
  [['dance'], {}, /no command 'dance'; there are serve, train/],
  [['backup'], {}, /backup needs the name of a file/],
  [['train', 'x'], {}, /a word too many: 'x'/],
  [['--host', '0.0.0.0'], {}, /SMTP_URL is needed/],
  [['--origin', 'https://alerts.example'], {}, /SMTP_URL is needed/],
  [['--trust-proxy', '1'], {}, /SMTP_URL is needed/],
  [['--demo', '--host', '0.0.0.0'], { SMTP_URL: 'smtp://x' }, /--demo is for this machine alone/],
  [['--demo'], { DATABASE_URL: 'postgres://h/d' }, /unset DATABASE_URL/],
  [['--role', 'web'], {}, /--role needs DATABASE_URL/],
  [['--source', 'csv'], {}, /needs --csv FOLDER/],
  [['--source', 'massive'], {}, /needs MASSIVE_KEY/],
  [['--source', 'yahoo', '--speed', '2'], {}, /--speed is for --source replay/],
] as const) {
  test(`refused: ${args.join(' ')} ${Object.keys(environment).join(' ')}`, () => {
    const text = problems([...args], environment);
    assert.match(text, wanted);
    assert.not.match(text, 'hunter2');
  });
}

test('all wrong values are named at once', () => {
  assert.is(problems(['--port', 'x', '--speed', 'y'], { LOG_LEVEL: 'z' }).split('\n').length, 3);
});

test('the help names every flag and variable', () => {
  assert.is(readConfig(['--help'], {}), 'help');
  for (const setting of Object.values(settings)) {
    if ('flag' in setting) assert.match(helpText(), `--${setting.flag}`);
    if ('variable' in setting) assert.match(helpText(), setting.variable);
  }
});

test.run();
