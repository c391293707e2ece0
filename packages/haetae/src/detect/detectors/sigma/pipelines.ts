import {
  applyPipelines,
  type CorrelationSource,
  type LinkedCorrelation,
  type LinkedRules,
  type Pipeline,
  parsePipeline,
  replaceRules,
  type SigmaError,
} from '@haetae/sigma';
import type { PipelineText } from '../../detector.ts';

/** Documents with pipelines laid over them. What a pipeline refuses is gone, with those that refer to it, and told. */
export function throughPipelines(
  linked: LinkedRules,
  texts: readonly PipelineText[],
): { readonly linked: LinkedRules; readonly problems: readonly SigmaError[] } {
  const problems: SigmaError[] = [];
  const pipelines: Pipeline[] = [];
  for (const { path, text, files } of texts) {
    const loadFile = (name: string): string => {
      if (!Object.hasOwn(files, name)) throw new Error(`no file ${name}`);
      return files[name]!;
    };
    const parsed = parsePipeline(text, { file: path, loadFile });
    problems.push(...parsed.problems);
    if (parsed.pipeline !== undefined) pipelines.push(parsed.pipeline);
  }
  if (pipelines.length === 0) return { linked, problems };
  // One by one, since what comes out does not say what it was.
  const replaced = replaceRules(linked, (rule) => {
    const done = applyPipelines({ rules: [rule] }, pipelines);
    problems.push(...done.problems);
    return done.rules[0];
  });
  problems.push(...replaced.problems.slice(linked.problems.length));
  const made = new Map<LinkedCorrelation, LinkedCorrelation>();
  for (const one of replaced.correlations) {
    // Conditions on a correlation's rules are about the rules as they were.
    const before = linked.correlations.find(({ correlation }) => correlation === one.correlation)!;
    const rules = before.sources.flatMap((source) => (source.kind === 'rule' ? [source.rule] : []));
    const done = applyPipelines({ rules, correlations: [one.correlation] }, pipelines);
    problems.push(...done.problems);
    const [correlation] = done.correlations;
    const sources = one.sources.flatMap((source): readonly CorrelationSource[] => {
      if (source.kind === 'rule') return [source];
      const inner = made.get(source.linked);
      return inner === undefined ? [] : [{ kind: 'correlation', linked: inner }];
    });
    if (correlation !== undefined && sources.length === one.sources.length)
      made.set(one, { ...one, correlation, sources });
  }
  return { linked: { ...replaced, correlations: [...made.values()] }, problems };
}
