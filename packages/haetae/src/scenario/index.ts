export {
  type AtomicFault,
  type AtomicProblem,
  type AtomicTest,
  EXECUTORS,
  type ExecutorName,
} from './atomic/atomic.ts';
export { GRACE_MS, isMarkedBy, MARKER, type Marked, markerOf } from './atomic/marker.ts';
export { atomicsAt, isolationScript, linuxReviews, processShell, thisMachine } from './atomic/node.ts';
export {
  type AtomicPlan,
  argvOf,
  type NeedsName,
  type Phase,
  planAtomic,
  type System,
  systemOf,
} from './atomic/plan.ts';
export { type AtomicBook, type AtomicFile, readAtomics } from './atomic/read.ts';
export { type Harm, refusalsOf } from './atomic/refuse/refuse.ts';
export { InputError } from './atomic/resolve.ts';
export { type Admission, admit, type ReviewBook, ReviewError, readReviews, type Touches } from './atomic/review.ts';
export { type Pending, runDirect } from './atomic/run/direct.ts';
export { type LabToken, type Machine, type NoLab, newToken, tokenFor, whyNoToken } from './atomic/run/home.ts';
export { runIsolated } from './atomic/run/isolated.ts';
export type { PhaseRecord, RunRecord, StepOutcome, StepRecord } from './atomic/run/record.ts';
export {
  type Action,
  type Campaign,
  type CampaignHost,
  type ExpectedEvent,
  type ExpectedFinding,
  type Label,
  ROLES,
  type Role,
  type Step,
  type Words,
} from './campaign/campaign.ts';
export {
  type CampaignBook,
  type CampaignFault,
  type CampaignFile,
  type CampaignProblem,
  checkCampaigns,
  readCampaigns,
} from './campaign/check.ts';
export { CANARY_HOST, canaryEvent } from './canary.ts';
export { type EmitOptions, emit, FIRST_DAY, labelOf, midnightOf } from './emit.ts';
export { builtinCampaigns, campaignsAt, folderOf } from './node.ts';
export type { CsvLanguage } from './render/csv.ts';
export { EMIT_FORMATS, type EmitFormat, type PutBytes, type Renderer, renderer } from './render/files.ts';
export { flatLine, winlogbeatLine } from './render/json.ts';
export {
  MISSES,
  type Miss,
  type SaidOfStep,
  type ScoreCard,
  type StepScore,
  type StepVerdict,
  type Tally,
} from './score/card.ts';
export { type LayerText, scoreLayer } from './score/layer.ts';
export { LabelError, readLabels } from './score/read-labels.ts';
export { createRunLabeller, stepsOfRun } from './score/run-labels.ts';
export {
  type Blindness,
  type EventKey,
  type Evidence,
  eventKey,
  related,
  type SeenFinding,
  type StepAbout,
  scoreCard,
} from './score/score.ts';
export { type Attempt, type Call, type GradedCall, type Grades, gradeCalls, type KeptScore } from './score/student.ts';
export type { EventShape, LogEvent, StepMark } from './telemetry/shape.ts';
