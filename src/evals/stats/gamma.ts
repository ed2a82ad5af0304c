/** Coefficients of Lanczos' approximation for g = 607/128, by P. Godfrey: errors below 1e-15. */
const g = 607 / 128;
const lanczos = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5, 1.580887032249125e-4,
  -2.1026444172410488e-4, 2.1743961811521265e-4, -1.6431810653676389e-4, 8.441822398385275e-5,
  -2.6190838401581408e-5, 3.6899182659531625e-6,
] as const;

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x) for x > 0. */
function logGamma(x: number): number {
  let sum: number = lanczos[0];
  for (let k = 1; k < lanczos.length; k += 1) sum += (lanczos[k] ?? 0) / (x + k - 1);
  const t = x + g - 0.5;
  return halfLogTwoPi + Math.log(sum) + (x - 0.5) * Math.log(t) - t;
}

/** ln B(a, b) = ln Γ(a)Γ(b)/Γ(a+b), without the cancellation that large arguments bring. */
export function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (large < 10) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const ratio = -(large - 0.5) * Math.log1p(small / large) - small * Math.log(a + b) + small;
  return logGamma(small) + ratio + stirlingRest(large) - stirlingRest(a + b);
}

/** What Stirling's formula leaves of ln Γ(x), for x ≥ 10. */
function stirlingRest(x: number): number {
  const square = 1 / (x * x);
  return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))))) / x;
}
