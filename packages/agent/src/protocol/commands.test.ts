import { expect, test } from 'vitest';
import { type Command, readCommand, signCommand, signedScript, signScript } from './commands.ts';
import { newIdentity } from './identity.ts';

const key = newIdentity();
const other = newIdentity();
const AGENT = 'a'.repeat(64);
const NOW = 1_800_000_000_000;
const command: Command = {
  haetae: 'command.1',
  id: '11111111-1111-4111-8111-111111111111',
  agent: AGENT,
  issuedMs: NOW - 1000,
  expiresMs: NOW + 60_000,
  does: { kind: 'do', order: { action: 'isolate-host', minutes: 60 }, apply: true },
  by: ['kim', 'lee'],
};
const read = (signed: { text: string; signature: string }, keys = [key.publicKey], agent = AGENT, nowMs = NOW) =>
  readCommand(signed, { keys, agent, nowMs });
const outcome = (made: ReturnType<typeof read>): string => (made.kind === 'command' ? 'command' : made.reason);

test('signed for this agent and in force, it is what it was', () =>
  expect(read(signCommand(command, key))).toEqual({ kind: 'command', command }));

test.each([
  ['signed by another', 'signature', () => read(signCommand(command, other))],
  [
    'altered by a character',
    'signature',
    () => {
      const { text, signature } = signCommand(command, key);
      return read({ text: text.replace('"minutes":60', '"minutes":61'), signature });
    },
  ],
  ['to a host that trusts no key', 'no-key', () => read(signCommand(command, key), [])],
  ['for another agent', 'foreign', () => read(signCommand(command, key), [key.publicKey], 'b'.repeat(64))],
  ['that is over', 'expired', () => read(signCommand(command, key), [key.publicKey], AGENT, NOW + 60_000)],
  ['that is not yet', 'not-yet', () => read(signCommand(command, key), [key.publicKey], AGENT, NOW - 120_000)],
  ['good for an hour', 'malformed', () => read(signCommand({ ...command, expiresMs: NOW + 3_600_000 }, key))],
  [
    'whose order is none',
    'malformed',
    () =>
      read(
        signCommand(
          { ...command, does: { kind: 'do', order: { action: 'isolate-host', minutes: -1 }, apply: true } },
          key,
        ),
      ),
  ],
  ['whose id is none', 'malformed', () => read(signCommand({ ...command, id: 'x' }, key))],
  ['that undoes nothing', 'malformed', () => read(signCommand({ ...command, does: { kind: 'undo', of: '' } }, key))],
])('a command %s is refused: %s', (_, reason, run) => expect(outcome(run())).toBe(reason));

test('of a text that nobody signed not even the id is believed', () =>
  expect(read(signCommand(command, other))).toEqual({ kind: 'refused', reason: 'signature', detail: '', id: '' }));

test('a signature of a command is none of a script, and the other way', () => {
  const signature = signScript('clean.sh', 'true\n', key);
  expect(signedScript('clean.sh', 'true\n', signature, [other.publicKey, key.publicKey])).toBe(true);
  expect(signedScript('other.sh', 'true\n', signature, [key.publicKey])).toBe(false);
  expect(signedScript('clean.sh', 'false\n', signature, [key.publicKey])).toBe(false);
  expect(signedScript('clean.sh', 'true\n', signCommand(command, key).signature, [key.publicKey])).toBe(false);
});
