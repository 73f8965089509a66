/** The door `parapet/lab`: attacks on models, what they report, and whether it can be believed. */
export { Fault } from '../core/fault.ts';
export type { FaultCode } from '../core/fault.ts';
export type { Loss, LossGradient } from '../engine/loss.ts';
export { assess, type AssessOptions, type AssessArtefacts, type AssessProgress } from '../lab/assess/assess.ts';
export { estimateAssessment } from '../lab/assess/begin-assessment.ts';
export type { AssessmentEstimate } from '../lab/assess/estimate.ts';
export {
  SCENARIOS,
  type Assessment,
  type AssessStep,
  type CertifiedCurve,
  type DetectorResult,
  type RobustnessCurve,
  type Scenario,
  type StepResult,
} from '../lab/assess/assessment.ts';
export { parseRequirement, type Requirement, type RequirementResult } from '../lab/assess/requirement.ts';
export {
  type CertifiedRadii,
  type CertifiedRadius,
  certifyRadii,
  type CertifyRadiiOptions,
} from '../lab/certify/certify-radii.ts';
export {
  type CertificateReport,
  certifySamples,
  type CertifySamplesOptions,
  type SampleCertificate,
} from '../lab/certify/certify-samples.ts';
export type { Arithmetic } from '../lab/certify/crown.ts';
export type { BoundMethod } from '../lab/certify/decide-region.ts';
export {
  type Certifier,
  type CertifyOptions,
  openCertifier,
  type SampleVerdict,
} from '../lab/certify/open-certifier.ts';
export { openPropertyChecker, type PropertyChecker } from '../lab/certify/property-checker.ts';
export {
  certifySmoothed,
  predictSmoothed,
  type SmoothedCertificate,
  type SmoothedPrediction,
  type SmoothingOptions,
} from '../lab/certify/smoothing.ts';
export { type SmoothingReport, smoothSamples, type SmoothSamplesOptions } from '../lab/certify/smooth-samples.ts';
export type { PropertyResult, VerifyOptions } from '../lab/certify/verify-property.ts';
export { readVnnlib, type VnnlibProperty } from '../formats/vnnlib/read-vnnlib.ts';
export { countedTarget, type QueryCount } from '../lab/counted-target.ts';
export {
  CALIBRATION_DEFAULTS,
  calibrateDetector,
  type CalibratedDetector,
  type CalibrationOptions,
  type DetectorModelFile,
} from '../lab/detector/calibrate.ts';
export type {
  DetectorModels,
  InputDetector,
  InputDetectorMeta,
  InputScorer,
  ScoreContext,
  ScoreGradient,
} from '../lab/detector/detector.ts';
export {
  evaluateDetector,
  type AdaptiveRates,
  type DetectionRates,
  type DetectorEvaluation,
  type DetectorScores,
} from '../lab/detector/evaluate-detector.ts';
export { evadeDetector, type EvasionOptions, type EvasionResult } from '../lab/detector/evade-detector.ts';
export {
  measureDetector,
  type DetectorMeasurement,
  type DetectorRun,
  type MeasuredDetector,
} from '../lab/detector/measure-detector.ts';
export { measureFittingDetectors, type FittingDetectors } from '../lab/detector/measure-fitting-detectors.ts';
export { openDetector, openThresholds, type Inspection, type OpenedDetector } from '../lab/detector/open-detector.ts';
export { INPUT_DETECTORS, inputDetectorNamed } from '../lab/detector/registry.ts';
export { isReported } from '../lab/detector/reported.ts';
export { readThresholds, writeThresholds } from '../lab/detector/thresholds-file.ts';
export { isWrappedTarget, type WrappedTarget } from '../lab/defence/wrapped-target.ts';
export { parseWrapperConfig, type WrapperConfig, type WrapperStep } from '../lab/defence/wrapper-config.ts';
export { ensembleTarget } from '../lab/ensemble-target.ts';
export { adversarialPatch } from '../lab/evasion/adversarial-patch/attack.ts';
export { apgd } from '../lab/evasion/apgd/attack.ts';
export type {
  Attack,
  AttackContext,
  AttackMeta,
  AttackResult,
  Knowledge,
  Modality,
  Norm,
  Perturbation,
} from '../lab/evasion/attack.ts';
export { autoattack } from '../lab/evasion/autoattack/attack.ts';
export { badCharacters } from '../lab/evasion/bad-characters/attack.ts';
export { cw } from '../lab/evasion/cw/attack.ts';
export { ddn } from '../lab/evasion/ddn/attack.ts';
export { deepWordBug } from '../lab/evasion/deep-word-bug/attack.ts';
export { fab } from '../lab/evasion/fab/attack.ts';
export { fgsm } from '../lab/evasion/fgsm/attack.ts';
export { hopskipjump } from '../lab/evasion/hopskipjump/attack.ts';
export type { AttackMetrics, SampleOutcome, Share } from '../lab/evasion/metrics.ts';
export { pgd } from '../lab/evasion/pgd/attack.ts';
export { type AttackId, ATTACKS, attackNamed } from '../lab/evasion/registry.ts';
export { type AttackReport, type AttackRun, runAttack } from '../lab/evasion/run-attack.ts';
export { runSelfChecks, type SelfCheck, type SelfCheckId, type SelfCheckInput } from '../lab/evasion/self-checks.ts';
export { square } from '../lab/evasion/square/attack.ts';
export { textfooler } from '../lab/evasion/textfooler/attack.ts';
export { universalPerturbation } from '../lab/evasion/universal-perturbation/attack.ts';
export { openFeatureTarget, type FeatureTarget, type FeatureTargetOptions } from '../lab/feature-target.ts';
export { functionTarget, type FunctionTargetOptions } from '../lab/function-target.ts';
export { handshake, type Handshake, type HandshakeExpectation } from '../lab/handshake.ts';
export { type LabelledData, sliceData } from '../lab/labelled-data.ts';
export { lossOfScores, type ScoredLoss } from '../lab/loss-of-scores.ts';
export { loadData, type LoadDataOptions } from '../lab/load-data.ts';
export { type HttpAccount, type HttpTarget, isHttpTarget } from '../lab/http-target/http-target.ts';
export { queryEstimate } from '../lab/http-target/query-estimate.ts';
export { encodeTexts, loadTargetData } from '../lab/load-target-data.ts';
export { openTarget, type OpenTargetOptions } from '../lab/open-target.ts';
export { openOnnxTarget, type OnnxTarget, type OnnxTargetOptions } from '../lab/onnx-target.ts';
export { type Bounds, type GradientTarget, isGradientTarget, type ScoreType, type Target } from '../lab/target.ts';
export { decodeText, encodeText } from '../lab/text-codec.ts';
export { isTextTarget, type TextTarget, textTarget, type TextTargetOptions } from '../lab/text/text-target.ts';
export { kindOfSample, type KindOfSample, SAMPLE_KINDS, type SampleKind, withKind } from '../lab/sample-kind.ts';
export { splitData } from '../lab/split-data.ts';
export { readTreeModel, type TreeModel } from '../lab/trees/read-tree-model.ts';
export { createTreeTarget, type TreeTarget, type TreeTargetOptions } from '../lab/trees/tree-target.ts';
export { type InputTransform, transformedTarget, type TransformedOptions } from '../lab/transformed-target.ts';
export { type Random, seededRandom } from '../math/random.ts';
