import { describe, expect, test } from 'vitest';
import { readAtomics } from './read.ts';

const GUID = '11111111-2222-3333-4444-555555555555';
const HEAD = 'attack_technique: T1082\ndisplay_name: Discovery\natomic_tests:\n';
const whole = `${HEAD}- name: Who is there
  auto_generated_guid: ${GUID}
  description: Asks.
  supported_platforms: [windows, linux]
  input_arguments:
    target: { description: whom, type: string, default: 7.10 }
    unused: { description: none, type: path, default: ~ }
  dependency_executor_name: powershell
  dependencies:
  - description: "There is #{target}"
    prereq_command: exit 0
    get_prereq_command: echo no
  executor:
    name: command_prompt
    elevation_required: true
    command: "whoami #{target}"
    cleanup_command: del x
`;
const one = (text: string) => readAtomics([{ path: 'T1082.yaml', text }]);

test('a test is read as it is written', () => {
  const { tests, problems } = one(whole);
  expect(problems).toEqual([]);
  expect(tests).toEqual([
    {
      guid: GUID,
      name: 'Who is there',
      description: 'Asks.',
      technique: 'T1082',
      number: 1,
      platforms: ['windows', 'linux'],
      inputs: [
        // A number goes into a command line as it is written.
        { name: 'target', description: 'whom', type: 'string', value: '7.10' },
        { name: 'unused', description: 'none', type: 'path', value: '' },
      ],
      needsIn: 'powershell',
      needs: [{ description: 'There is #{target}', check: 'exit 0', get: 'echo no' }],
      work: {
        kind: 'commands',
        shell: 'command_prompt',
        elevated: true,
        command: 'whoami #{target}',
        cleanup: 'del x',
      },
      file: 'T1082.yaml',
      line: 4,
    },
  ]);
});

test('what is done by hand has steps in place of commands', () => {
  const text = `${HEAD}- { name: a, auto_generated_guid: ${GUID}, supported_platforms: [windows], executor: { name: manual, steps: click } }\n`;
  expect(one(text).tests[0]?.work).toEqual({ kind: 'manual', elevated: false, steps: 'click' });
});

const executor = 'executor: { name: sh, command: id }';
describe('what is wrong is told with its place, and the tests beside it are read', () => {
  test.each([
    { wrong: 'attack_technique: [', says: { code: 'yaml', line: 1 } },
    { wrong: '- a list', says: { code: 'not-a-map', line: 1 } },
    {
      wrong: 'attack_technique: X1\natomic_tests: []',
      says: { code: 'no-technique', line: 1, column: 19, about: 'X1' },
    },
    { wrong: 'attack_technique: T1082', says: { code: 'missing', about: 'atomic_tests' } },
    {
      wrong: `${HEAD}- { name: a, auto_generated_guid: x, supported_platforms: [linux], ${executor} }`,
      says: { code: 'no-uuid', line: 4, column: 35 },
    },
    {
      wrong: `${HEAD}- { name: a, auto_generated_guid: ${GUID}, ${executor} }`,
      says: { code: 'missing', about: 'supported_platforms', line: 4 },
    },
    {
      wrong: `${HEAD}- { name: a, auto_generated_guid: ${GUID}, supported_platforms: [linux] }`,
      says: { code: 'missing', about: 'executor' },
    },
    {
      wrong: `${HEAD}- { name: a, auto_generated_guid: ${GUID}, supported_platforms: [linux], executor: { name: perl, command: x } }`,
      says: { code: 'no-executor', about: 'perl' },
    },
    {
      wrong: `${HEAD}- { name: a, auto_generated_guid: ${GUID}, supported_platforms: [linux], executor: { name: sh } }`,
      says: { code: 'missing', about: 'command' },
    },
    {
      wrong: `${HEAD}- { name: a, auto_generated_guid: ${GUID}, supported_platforms: [linux], executor: { name: sh, command: id, elevation_required: perhaps } }`,
      says: { code: 'wrong-type', about: 'elevation_required' },
    },
  ])('$says.code $says.about', ({ wrong, says }) => {
    const { tests, problems } = one(wrong);
    expect(tests).toEqual([]);
    expect(problems[0]).toMatchObject({ severity: 'error', file: 'T1082.yaml', ...says });
  });

  test('an input that nobody declares is a warning: the text may mean something else by it', () => {
    const { tests, problems } = one(
      `${HEAD}- { name: a, auto_generated_guid: ${GUID}, supported_platforms: [linux], executor: { name: sh, command: "echo #{x}" } }`,
    );
    expect(tests).toHaveLength(1);
    expect(problems).toEqual([
      { severity: 'warning', file: 'T1082.yaml', line: 4, column: 113, code: 'undeclared', about: 'x' },
    ]);
  });

  test('a guid names one test', () => {
    const { tests, problems } = readAtomics([
      { path: 'a.yaml', text: whole },
      { path: 'b.yaml', text: whole },
    ]);
    expect(tests).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'same-guid', file: 'b.yaml', line: 4, about: `${GUID}, a.yaml:4` }]);
  });
});
