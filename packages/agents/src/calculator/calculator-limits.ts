/** What bounds the work of one calculation; together they keep the worst one within milliseconds. */
export const calculatorLimits = {
  textChars: 500,
  /** Nested parentheses, signs, roots and powers. */
  depth: 100,
  /** Results stay below 10 to this power, and above its reciprocal. */
  magnitude: 308,
  exponent: 1_000_000,
  /** Bits up to which a denominator is kept exactly. */
  denominatorBits: 192,
  /** Significant digits of a fraction whose exact denominator is larger than that; roots have at least as many. */
  keptDigits: 50,
  /** Significant digits that are printed of a number that is not whole. */
  printedDigits: 15,
} as const
