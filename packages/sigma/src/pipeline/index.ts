export { type ApplyOptions, applyPipelines, type Documents, type Processed } from './apply.ts';
export { type ParsedPipeline, type Pipeline, type PipelineOptions, parsePipeline } from './pipeline.ts';
export { REFUSED_TRANSFORMATIONS, TRANSFORMATIONS } from './transformations/registry.ts';
