/** `bptt/explain`: looking into a model. */
export { gradientFlow } from './gradientFlow.js';
export type { GradientFlow } from './gradientFlow.js';

export { classLogit, linearCombination, outputElement } from './targets.js';
export type { Target, TargetOptions } from './targets.js';
export type { ExplainOptions } from './subject.js';
export type { ExplainedModel } from './probe.js';
export { capture } from './capture.js';
export type { Capture, LayerOptions } from './capture.js';
export { weightings } from './weightings.js';
export type { FeatureMaps, Weighting } from './weightings.js';
export { activationMap, eigenCam, gradCam, gradCamPlusPlus, layerCam } from './activationMap.js';
export type { ActivationMaps, MapOptions } from './activationMap.js';
export { normalizeMaps, overChannels, resizeMaps } from './maps.js';
export type { Normalization } from './maps.js';
export { scoreCam } from './scoreCam.js';
export type { ScoreCamOptions } from './scoreCam.js';
export { occlusion } from './occlusion.js';
export type { OcclusionMaps, OcclusionOptions } from './occlusion.js';
export { inputGradients, integratedGradients } from './inputGradients.js';
export type { InputGradients, IntegratedGradients, IntegratedGradientsOptions } from './inputGradients.js';
export type { Baseline, InputOptions } from './inputs.js';
export { deletionInsertion } from './faithfulness.js';
export type { DeletionInsertion, DeletionInsertionOptions } from './faithfulness.js';
