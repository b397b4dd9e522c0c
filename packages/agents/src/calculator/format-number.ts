import { calculatorLimits as limits } from './calculator-limits.ts'
import { magnitude, type Rational, toDecimal } from './rational.ts'

/** Beyond this many digits before the point, or zeros after it, a number that is not whole is written with exponent. */
const digitsBeforePoint = 21
const zerosAfterPoint = 6

/** A number as people read it: whole numbers with all digits, others rounded to 15 significant ones: `0.3`, `1e-9`. */
export const formatNumber = (value: Rational): string => {
  if (value.d === 1n) return String(value.n)
  const wholeDigits = String(magnitude(value.n) / value.d).length
  const wanted = wholeDigits > digitsBeforePoint ? 0 : wholeDigits + 2
  const { digits, exponent } = toDecimal(value, Math.max(limits.printedDigits, wanted))
  return (value.n < 0n ? '-' : '') + placePoint(String(digits), exponent)
}

const placePoint = (digits: string, exponent: number): string => {
  const significant = digits.replace(/0+$/, '')
  const point = digits.length + exponent
  if (point > digitsBeforePoint || point < -zerosAfterPoint) return withExponent(significant, point - 1)
  if (point >= significant.length) return significant.padEnd(point, '0')
  if (point > 0) return `${significant.slice(0, point)}.${significant.slice(point)}`
  return `0.${'0'.repeat(-point)}${significant}`
}

const withExponent = (digits: string, exponent: number): string => {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${digits.charAt(0)}${fraction}e${exponent < 0 ? '' : '+'}${exponent}`
}
