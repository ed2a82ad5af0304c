import type { Rated } from "./confidence.ts";
import { minimize } from "./lbfgs.ts";
import type { Height, Vector } from "./lbfgs.ts";

/** Confidence p becomes 1 / (1 + exp(−(coef · logit p + intercept))). */
export interface Platt {
  readonly coef: number;
  readonly intercept: number;
}

export const plattScaled = ({ coef, intercept }: Platt, prob: number): number =>
  sigmoid(coef * logit(prob) + intercept);

/**
 * Platt scaling as HELM fits it: logistic regression on the logit of the confidence, all but unpenalised, by
 * scikit-learn's `lbfgs` to its usual tolerance. Where right and wrong answers part cleanly there is no best fit, and the
 * numbers are those at which that search stops. HELM: `get_platt_scaler` of its package `uncertainty-calibration`.
 */
export function helmPlatt(rated: readonly Rated[]): Platt {
  const samples = rated.map(({ prob, correct }) => ({ x: logit(prob), y: Number(correct) }));
  const stops = { flat: 1e-4, descent: 1e7 * Number.EPSILON, rounds: 100 };
  return plattOf(minimize((at) => logisticLoss(samples, at, 1e-10), [0, 0], stops));
}

/**
 * Each answer with its confidence rescaled by a fit on other answers: `folds` groups, each scaled by the rest. Answers are
 * dealt to them in order of confidence, so that the order they come in means nothing.
 */
export function crossFittedPlatt(rated: readonly Rated[], folds = 10): readonly Rated[] {
  const sorted = rated.toSorted((a, b) => a.prob - b.prob || Number(a.correct) - Number(b.correct));
  const isIn = (at: number, fold: number): boolean => at % folds === fold;
  return Array.from({ length: Math.min(folds, sorted.length) }, (_, fold) => {
    const platt = smoothPlatt(sorted.filter((_, at) => !isIn(at, fold)));
    return sorted
      .filter((_, at) => isIn(at, fold))
      .map((one) => ({ ...one, prob: plattScaled(platt, one.prob) }));
  }).flat();
}

/**
 * With the targets Platt himself fits to, (right + 1) / (right + 2) and 1 / (wrong + 2) in place of 1 and 0: a best fit
 * exists whatever the answers. Platt, Probabilistic outputs for support vector machines, 1999.
 */
export function smoothPlatt(rated: readonly Rated[]): Platt {
  const right = rated.filter(({ correct }) => correct).length;
  const wrong = rated.length - right;
  const samples = rated.map(({ prob, correct }) => ({
    x: logit(prob),
    y: correct ? (right + 1) / (right + 2) : 1 / (wrong + 2),
  }));
  const stops = { flat: 1e-9 * rated.length, descent: 0, rounds: 200 };
  return plattOf(minimize((at) => logisticLoss(samples, at, 1e-6), [0, 0], stops));
}

const plattOf = ([coef = 0, intercept = 0]: Vector): Platt => ({ coef, intercept });

interface Sample {
  readonly x: number;
  readonly y: number;
}

/** The sum of logistic losses, and half `penalty` times the square of the coefficient. */
function logisticLoss(
  samples: readonly Sample[],
  [coef = 0, intercept = 0]: Vector,
  penalty: number,
): Height {
  let value = 0.5 * penalty * coef ** 2;
  let [ofCoef, ofIntercept] = [penalty * coef, 0];
  for (const { x, y } of samples) {
    const raw = coef * x + intercept;
    value += Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw))) - y * raw;
    const miss = sigmoid(raw) - y;
    ofCoef += miss * x;
    ofIntercept += miss;
  }
  return { value, gradient: [ofCoef, ofIntercept] };
}

const edge = 1e-12;

function logit(prob: number): number {
  const inside = Math.min(Math.max(prob, edge), 1 - edge);
  return Math.log(inside / (1 - inside));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
