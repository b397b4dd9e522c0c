import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replyTo } from '../testing/recording-context.ts'
import { calculatorAgent } from './calculator-agent.ts'

const inFull: Record<string, string> = {
  'add 15 and 27': 'Calculation: 15 add 27 = 42. The result is 42.',
  '15 add 27': 'Calculation: 15 add 27 = 42. The result is 42.',
  '15 plus 27': 'Calculation: 15 add 27 = 42. The result is 42.',
  'What is 15 + 27?': 'Calculation: 15 add 27 = 42. The result is 42.',
  'subtract 5 from 20': 'Calculation: 20 subtract 5 = 15. The result is 15.',
  'subtract 20 and 5': 'Calculation: 20 subtract 5 = 15. The result is 15.',
  'multiply -3 by 4': 'Calculation: -3 multiply 4 = -12. The result is -12.',
  '8 multiply 9': 'Calculation: 8 multiply 9 = 72. The result is 72.',
  '7 times 6': 'Calculation: 7 multiply 6 = 42. The result is 42.',
  'divide 100 by 4': 'Calculation: 100 divide 4 = 25. The result is 25.',
  'Calculate 25 * 4': 'Calculation: 25 multiply 4 = 100. The result is 100.',
  'Calculate 100 / 4': 'Calculation: 100 divide 4 = 25. The result is 25.',
  'Square root of 64': 'Square root of 64 = 8. The result is 8.',
  'SQRT(64)': 'Square root of 64 = 8. The result is 8.',
  '√64': 'Square root of 64 = 8. The result is 8.',
  'square 9': '9 squared = 81. The result is 81.',
  '9 squared': '9 squared = 81. The result is 81.',
  'square of 9': '9 squared = 81. The result is 81.',
  'Square -9': '-9 squared = 81. The result is 81.',
  '2 to the power of 10': 'Calculation: 2 power 10 = 1024. The result is 1024.',
  '10 mod 3': 'Calculation: 10 modulo 3 = 1. The result is 1.',
  '20% of 50': 'Calculation: 20% of 50 = 10. The result is 10.',
  '2 + 3 * 4': 'Calculation: 2 + 3 * 4 = 14. The result is 14.',
  'add 1, 2 and 3': 'Calculation: 1 + 2 + 3 = 6. The result is 6.',
}

for (const [phrase, reply] of Object.entries(inFull)) {
  test(`"${phrase}" is answered in words`, async () => {
    assert.equal(await replyTo(calculatorAgent, phrase), reply)
    assert.equal(calculatorAgent.accepts(phrase), true)
  })
}

const results: Record<string, string> = {
  '2+3*4': '14',
  '(2+3)*4': '20',
  '10 - 4 - 3': '3',
  '10 - (4 - 3)': '9',
  '64 / 8 / 2': '4',
  '64 / (8 / 2)': '16',
  '2^3^2': '512',
  '2**3': '8',
  '(2^3)^2': '64',
  '-2^2': '-4',
  '(-2)^2': '4',
  '5 - -3': '8',
  '2^-1': '0.5',
  '6 × 7': '42',
  '3 x 4': '12',
  '3x4': '12',
  '10 ÷ 4': '2.5',
  '6 − 2': '4',
  '-7 % 3': '-1',
  '7 mod -4': '3',
  '7 % (1 - 5)': '3',
  '7.5 % 2': '1.5',
  '0.1 + 0.2': '0.3',
  '1/3': '0.333333333333333',
  '2/3': '0.666666666666667',
  '1/3*3': '1',
  '100 / 7': '14.2857142857143',
  '.5 + .25': '0.75',
  '1,000 + 2,000': '3000',
  'add 1,000, 2,000 and 3': '3003',
  '1e3 * 2': '2000',
  '1/1000000000': '1e-9',
  '1/400000': '0.0000025',
  '12345678901234567890 * 10 + 1': '123456789012345678901',
  '2^100': '1267650600228229401496703205376',
  '1000000000000000.5 + 1': '1000000000000001.5',
  '1.0001^100000': '22015.4560485522',
  '1^999999999999': '1',
  '1e20/3': '33333333333333333333.33',
  '-1e30/7': '-1.42857142857143e+29',
  '10^200 / 7^100': '3.09169040809022e+115',
  '9^1.5': '27',
  '8^(1/3)': '2',
  '4^0.5': '2',
  '2^0.5': '1.4142135623731',
  'sqrt 2': '1.4142135623731',
  'sqrt(2) * sqrt(2)': '2',
  'sqrt(9/16)': '0.75',
  'sqrt 16 + 9': '13',
  'sqrt(16 + 9)': '5',
  'sqrt sqrt 16': '2',
  'sqrt 0 + 1': '1',
  '3²+4²': '25',
  '3 cubed': '27',
  '0^0': '1',
  '0^2': '0',
  'minus 4 plus 10': '6',
  '10 divided by 4': '2.5',
  '9 over 2': '4.5',
  '5 multiplied by 5': '25',
  '2 raised to the power of 3': '8',
  'add 5 to 10': '15',
  'multiply 2, 3 and 4': '24',
  'add (2 + 3) and sqrt 16': '9',
  'the sum of 1 and 2': '3',
  "what's the difference between 20 and 5?": '15',
  'product of 6 and 7': '42',
  'the quotient of 100 and 4': '25',
  'Could you please calculate the square root of 64 for me?': '8',
  'How much is 100 multiply 3': '300',
  'compute: 1000 * 3': '3000',
  'EVALUATE 2 + 2': '4',
  '2 + 2 = ?': '4',
  '=2+2': '4',
  'what does 2 + 2 equal?': '4',
  '-(2 + 3)': '-5',
}

for (const [phrase, result] of Object.entries(results)) {
  test(`"${phrase}" makes ${result}`, async () => {
    const reply = await replyTo(calculatorAgent, phrase)
    assert.ok(reply.includes(` = ${result}. The result is ${result}.`), reply)
    assert.equal(calculatorAgent.accepts(phrase), true)
  })
}

test('a compound calculation is repeated in signs, with the parentheses it needs', async () => {
  const shown = async (phrase: string) => (await replyTo(calculatorAgent, phrase)).split(' = ')[0]
  assert.equal(await shown('10 minus (4 minus 3) times 2'), 'Calculation: 10 - (4 - 3) * 2')
  assert.equal(await shown('((2)+(3×4))'), 'Calculation: 2 + 3 * 4')
  assert.equal(await shown('(2^3)^2'), 'Calculation: (2^3)^2')
  assert.equal(await shown('-(2 + 3) * sqrt(4)'), 'Calculation: -(2 + 3) * sqrt(4)')
  assert.equal(await shown('(1 + 2) squared'), 'Calculation: (1 + 2)^2')
  assert.equal(await shown('-3 squared'), 'Calculation: -3^2')
})

test('the repeated calculation, read again, has the same result', async () => {
  const operands = ['2', '-3', '0.5', '(1 - 4)', '-(2 + 1)', '2^3', '-2^2', 'sqrt 9', '3 squared', '20% of 5', '2 * -3']
  const operators = ['+', '-', '*', '/', '%', 'to the power of', 'percent of']
  for (const left of operands)
    for (const operator of operators)
      for (const right of operands) {
        const reply = await replyTo(calculatorAgent, `(${left}) ${operator} (${right})`)
        const [, shown, result] = /^Calculation: (.+) = \S+\. The result is (\S+)\.$/.exec(reply) ?? []
        if (shown === undefined) assert.match(reply, /^Cannot|^That number/)
        else if (!/[a-z]{3} -?\d/.test(shown))
          assert.ok((await replyTo(calculatorAgent, shown)).includes(`= ${result}.`), reply)
      }
})

const impossible: Record<string, RegExp> = {
  '10 / 0': /^Cannot divide by zero$/,
  'divide 10 by 0': /^Cannot divide by zero$/,
  '10 % 0': /^Cannot divide by zero$/,
  '1 / (2 - 2)': /^Cannot divide by zero$/,
  '0^-1': /^Cannot divide by zero$/,
  'Square root of -16': /^Cannot take square root of a negative number$/,
  'sqrt(2 - 6)': /^Cannot take square root of a negative number$/,
  '(-8)^(1/3)': /^Cannot raise a negative number to a fractional power$/,
  '(-8)^0.5': /^Cannot raise a negative number to a fractional power$/,
  '2^2^2^2^2^2': /too large/,
  '10^308': /too large/,
  '9e200 * 9e200': /too large/,
  '2^100000000': /too large/,
  '10.5^400.5': /too large/,
  '1e999 + 1': /too large/,
  '2^-2000': /too close to zero/,
  '0.1^400.5': /too close to zero/,
}

for (const [phrase, sentence] of Object.entries(impossible)) {
  test(`"${phrase}" is a calculation without a result`, async () => {
    assert.equal(calculatorAgent.accepts(phrase), true)
    assert.match(await replyTo(calculatorAgent, phrase), sentence)
  })
}

const noCalculations = [
  '',
  '?',
  '42',
  '-5',
  '(42)',
  'add 5',
  'add',
  'divide 100',
  'square root',
  '2 +',
  '2 + = 3',
  '(2 + 3',
  '2 + 3)',
  '2 3',
  '1.2.3 - 4',
  '12,34 + 1',
  'add 3,5',
  '007 + 1',
  '0x10 + 5',
  '10% - 3',
  '5!',
  '1 << 4',
  'divide 10 by 2 + 3',
  'subtract 5 from 20 and add 3',
  '1 + 1\n2 + 2',
  'address 8 * 9',
  'process.exit(1) + 2',
  'constructor + 1',
  '__proto__ * 2',
]

for (const phrase of noCalculations) {
  test(`${JSON.stringify(phrase)} is answered with what the calculator understands`, async () => {
    assert.equal(calculatorAgent.accepts(phrase), false)
    assert.match(await replyTo(calculatorAgent, phrase), /I could not read that.*for example: "add 15 and 27"/)
  })
}

test('a date or phone number is calculated only for those who ask the calculator', async () => {
  assert.match(await replyTo(calculatorAgent, '2024-12-15'), /= 1997\. /)
  for (const text of ['2024-12-15', '12/5/2024', '555-123-4567', 'What is 2024-12-15?'])
    assert.equal(calculatorAgent.accepts(text), false, text)
})

test('a text beyond the length limit is refused with a sentence', async () => {
  const text = `1${'+1'.repeat(300)}`
  assert.equal(calculatorAgent.accepts(text), false)
  assert.match(await replyTo(calculatorAgent, text), /too long for me: I read up to 500 characters/)
})

test('nesting is followed to a limit and refused beyond it', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}1+1${')'.repeat(depth)}`
  assert.equal(calculatorAgent.accepts(nested(40)), true)
  for (const text of [nested(200), `1+${'-'.repeat(200)}1`, `${'sqrt '.repeat(99)}1`])
    assert.equal(calculatorAgent.accepts(text), false, text)
})
