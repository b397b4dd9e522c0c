import { CalculationError } from './calculation-error.ts'
import { calculatorLimits as limits } from './calculator-limits.ts'
import { divide, fromDecimal, magnitude, multiply, type Rational, rational, toDecimal } from './rational.ts'

const one: Rational = { n: 1n, d: 1n }

/** By repeated squaring: the steps are the exponent's bits, and each stays in range or throws. */
const wholePower = (base: Rational, exponent: bigint): Rational => {
  if (base.d === 1n && magnitude(base.n) <= 1n) return exponent % 2n === 0n ? multiply(base, base) : base
  if (exponent > BigInt(limits.exponent))
    throw new CalculationError(`That exponent is too large for me: I calculate powers up to ${limits.exponent}`)
  let result = one
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest % 2n === 1n) result = multiply(result, square)
    if (rest > 1n) square = multiply(square, square)
  }
  return result
}

const toNumber = (value: Rational): number => {
  const { digits, exponent } = toDecimal(value, 17)
  return Number(`${value.n < 0n ? '-' : ''}${digits}e${exponent}`)
}

const fractionalPower = (base: Rational, exponent: Rational): Rational => {
  if (base.n < 0n) throw new CalculationError('Cannot raise a negative number to a fractional power')
  if (exponent.d === 2n) return power(squareRoot(base), rational(exponent.n))
  const result = toNumber(base) ** toNumber(exponent)
  if (!Number.isFinite(result)) throw new CalculationError('That number is too large for me')
  if (result === 0) throw new CalculationError('That number is too close to zero for me')
  return fromDecimal(result.toPrecision(limits.printedDigits))
}

/** The largest whole number whose square is not above `n`, by Newton's method from above. */
const wholeSquareRoot = (n: bigint): bigint => {
  let root = 1n << BigInt(Math.ceil((n.toString(16).length * 4) / 2))
  for (;;) {
    const next = (root + n / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** Exact for squares of fractions, else to at least 50 digits. Throws CalculationError for a negative number. */
export const squareRoot = ({ n, d }: Rational): Rational => {
  if (n < 0n) throw new CalculationError('Cannot take square root of a negative number')
  if (n === 0n) return { n, d }
  const product = n * d
  const root = wholeSquareRoot(product)
  if (root * root === product) return rational(root, d)
  const scale = 10n ** BigInt(limits.keptDigits)
  return rational(wholeSquareRoot(product * scale * scale), d * scale)
}

/** `base` to the power of `exponent`: to 15 digits for the cube root and higher ones. Throws CalculationError. */
export const power = (base: Rational, exponent: Rational): Rational => {
  if (exponent.n === 0n) return one
  if (base.n === 0n) return exponent.n < 0n ? divide(one, base) : base
  if (exponent.d !== 1n) return fractionalPower(base, exponent)
  return exponent.n < 0n ? wholePower(divide(one, base), -exponent.n) : wholePower(base, exponent.n)
}
