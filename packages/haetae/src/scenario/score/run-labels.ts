import type { Event } from '@haetae/event';
import { GRACE_MS, isMarkedBy, MARKER } from '../atomic/marker.ts';
import type { RunRecord, StepRecord } from '../atomic/run/record.ts';
import type { Label } from '../campaign/campaign.ts';
import type { StepAbout } from './score.ts';

/** Fields that hold a command line or what a script said. */
const TOLD = ['CommandLine', 'ParentCommandLine', 'ScriptBlockText', 'Payload'] as const;
const GUIDS = ['ProcessGuid', 'SourceProcessGuid', 'SourceProcessGUID'] as const;

/** What a run did, as steps of a scenario: the run is the campaign. */
export const stepsOfRun = ({ id, steps }: RunRecord): StepAbout[] =>
  steps
    .filter(({ outcome }) => outcome === 'done' || outcome === 'timed-out')
    .map(({ test, name, technique }) => ({
      campaign: id,
      step: test,
      title: { ko: name, en: name },
      techniques: [technique],
      tactic: '',
    }));

/**
 * Labels the events of a run by their markers, as they come by in the order of their log: events that bear a marker that holds for their host
 * and time, those of the processes that bear it, and of what those started. It only says what events are.
 */
export function createRunLabeller(run: RunRecord, secret: string): { add(event: Event): void; labels(): Label[] } {
  const steps = new Map(run.steps.map((step) => [step.once, step]));
  /** Processes by GUID; where there is none by host and PID, for the step's time. */
  const processes = new Map<string, StepRecord>();
  const labels: Label[] = [];
  const isWithin = (step: StepRecord, timeMs: number): boolean =>
    timeMs >= step.startedMs - 1000 && timeMs <= step.endedMs + GRACE_MS;

  return {
    add(event) {
      const step = marked(event) ?? descended(event);
      if (step === undefined) return;
      remember(event, step);
      labels.push({
        ...{ campaign: run.id, step: step.test, techniques: [step.technique] },
        ...{ computer: event.computer, channel: event.channel, eventId: event.eventId },
        ...{ record: Number(event.eventRecordId), time: new Date(event.timeMs).toISOString() },
      });
    },
    labels: () => labels,
  };

  function marked(event: Event): StepRecord | undefined {
    for (const name of TOLD) {
      const text = event.get(name);
      const once = text === undefined ? undefined : MARKER.exec(text)?.[1];
      const step = once === undefined ? undefined : steps.get(once);
      if (step === undefined) continue;
      const of = { host: run.host, step: step.test, startedMs: step.startedMs, endedMs: step.endedMs, once: step.once };
      if (isMarkedBy(text!, { host: event.computer, timeMs: event.timeMs }, secret, of)) return step;
    }
    return undefined;
  }

  function descended(event: Event): StepRecord | undefined {
    for (const name of [...GUIDS, 'ParentProcessGuid']) {
      const guid = event.get(name);
      const step = guid === undefined ? undefined : processes.get(guid.toLowerCase());
      if (step !== undefined && isWithin(step, event.timeMs)) return step;
    }
    // 4688 names its processes by number alone: ProcessId is the one that starts, NewProcessId what it starts.
    const by = event.eventId === 4688 ? event.get('ProcessId') : undefined;
    const step = by === undefined ? undefined : processes.get(`${event.computer.toLowerCase()} ${Number(by)}`);
    return step !== undefined && isWithin(step, event.timeMs) ? step : undefined;
  }

  function remember(event: Event, step: StepRecord): void {
    if (event.eventId === 1) {
      const guid = event.get('ProcessGuid');
      if (guid !== undefined) processes.set(guid.toLowerCase(), step);
    } else if (event.eventId === 4688) {
      const pid = event.get('NewProcessId');
      if (pid !== undefined) processes.set(`${event.computer.toLowerCase()} ${Number(pid)}`, step);
    }
  }
}
