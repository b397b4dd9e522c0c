import { CalculationError } from './calculation-error.ts'
import { calculatorLimits as limits } from './calculator-limits.ts'

/** A number as a fraction in lowest terms, the denominator positive: 0.1 + 0.2 is 3/10, and whole numbers are exact. */
export interface Rational {
  readonly n: bigint
  readonly d: bigint
}

const ceiling = 10n ** BigInt(limits.magnitude)
const largestExactDenominator = 1n << BigInt(limits.denominatorBits)

/** The distance of a whole number from zero. */
export const magnitude = (n: bigint): bigint => (n < 0n ? -n : n)

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

const lowest = (n: bigint, d: bigint): Rational => {
  if (d === 1n) return { n, d }
  const divisor = greatestCommonDivisor(magnitude(n), d)
  return { n: n / divisor, d: d / divisor }
}

/** A fraction. Throws CalculationError for a zero denominator and for numbers out of range. */
export const rational = (numerator: bigint, denominator = 1n): Rational => {
  if (denominator === 0n) throw new CalculationError('Cannot divide by zero')
  if (numerator === 0n) return { n: 0n, d: 1n }
  const exact = denominator < 0n ? lowest(-numerator, -denominator) : lowest(numerator, denominator)
  const size = magnitude(exact.n)
  if (size >= exact.d * ceiling)
    throw new CalculationError(`That number is too large for me: I calculate up to ${limits.magnitude} digits`)
  if (size * ceiling <= exact.d) throw new CalculationError('That number is too close to zero for me')
  return exact.d <= largestExactDenominator ? exact : rounded(exact)
}

/** The absolute value as `digits` × 10^`exponent`, where `digits` has `significant` digits, rounded half up. */
export const toDecimal = (value: Rational, significant: number): { digits: bigint; exponent: number } => {
  const size = magnitude(value.n)
  const scaledBy = (exponent: number): bigint => {
    const n = exponent < 0 ? size * 10n ** BigInt(-exponent) : size
    const d = exponent < 0 ? value.d : value.d * 10n ** BigInt(exponent)
    return (2n * n + d) / (2n * d)
  }
  // The lengths tell the quotient's length up to one digit: this yields `significant` digits or one more.
  const exponent = String(size).length - String(value.d).length - significant
  const digits = scaledBy(exponent)
  if (digits < 10n ** BigInt(significant)) return { digits, exponent }
  return { digits: scaledBy(exponent + 1), exponent: exponent + 1 }
}

/** Keeps the whole part and some digits after it in any case, so that rounding never makes a number whole. */
const rounded = (value: Rational): Rational => {
  const wholeDigits = String(magnitude(value.n)).length - String(value.d).length
  const { digits, exponent } = toDecimal(value, Math.max(limits.keptDigits, wholeDigits + 20))
  const n = value.n < 0n ? -digits : digits
  return exponent < 0 ? lowest(n, 10n ** BigInt(-exponent)) : { n: n * 10n ** BigInt(exponent), d: 1n }
}

/** Reads digits with optional sign, point and exponent (`-12.5`, `2e-3`). Throws CalculationError out of range. */
export const fromDecimal = (text: string): Rational => {
  const [mantissa = '', power = '0'] = text.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const exponent = Number(power) - fraction.length
  const digits = BigInt(`${whole.replace('-', '')}${fraction}`)
  const n = whole.startsWith('-') ? -digits : digits
  return exponent < 0 ? rational(n, 10n ** BigInt(-exponent)) : rational(n * 10n ** BigInt(exponent))
}

export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })
export const add = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d)
export const subtract = (a: Rational, b: Rational): Rational => add(a, negate(b))
export const multiply = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d)
export const divide = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n)

/** What is left of `a` after as many whole `b` as fit; it has the sign of `a`. */
export const modulo = (a: Rational, b: Rational): Rational => {
  const quotient = divide(a, b)
  return subtract(a, multiply(b, rational(quotient.n / quotient.d)))
}
