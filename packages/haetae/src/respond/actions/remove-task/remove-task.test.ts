import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { removeTask } from './remove-task.ts';

test.each([
  ['\\Updater', '\\Updater', { name: '\\Updater' }],
  ['Updater', '\\Updater', { name: '\\Updater' }],
  ['\\Up/F', '\\Up/F', 'malformed'],
])('a task that was made: %s', (name, about, expected) => {
  const fields = { TaskName: name, TaskContent: '<Command>evil.exe</Command>' };
  const incident = someIncident({ findings: [{ channel: 'Security', eventId: 4698, fields }] });
  expect(said(removeTask.candidates(incident, { minutes: 1 }))).toEqual([[about, expected]]);
});
