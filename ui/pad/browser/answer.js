// What the page says about ten probabilities: as digitlab/inference.py, digitlab/numbers.py and ui/answers.py say it.
// The words come from there.

// `score` is the detector's, in [0, 1]. `rules` are {threshold, sure}.
export function answerOf(probabilities, score, rules) {
  let [guess, runnerUp] = probabilities[0] >= probabilities[1] ? [0, 1] : [1, 0]
  for (let digit = 2; digit < probabilities.length; digit++) {
    if (probabilities[digit] > probabilities[guess]) [guess, runnerUp] = [digit, guess]
    else if (probabilities[digit] > probabilities[runnerUp]) runnerUp = digit
  }
  const isDigit = score >= rules.threshold
  const sure = isDigit && probabilities[guess] >= rules.sure
  return { digit: sure ? guess : null, guess, runnerUp, isDigit, probabilities }
}

// How sure the model is, in words.
export function sentence(answer, words) {
  if (!answer.isDigit) return words.noDigit
  if (answer.digit === null) return words.several
  const confidence = answer.probabilities[answer.guess]
  return words.sureness.find(([least]) => confidence >= least)[1]
}

// A probability is never certain: "> 99 %", "< 1 %".
export function percent(share) {
  if (share < 0.01) return "< 1 %"
  if (share > 0.99) return "> 99 %"
  return `${Math.round(share * 100)} %`
}

export function secondThoughts(answer) {
  const [first, second] = [answer.guess, answer.runnerUp].map(
    (digit) => `${digit}, with ${percent(answer.probabilities[digit])}`,
  )
  return answer.digit === null ? `Best guess: ${first}; then ${second}.` : `Runner-up: ${second}.`
}

// What the picture and the pen's movement say alone, each in two words; `other` where it isn't the digit that both say
// together. null without the movement.
export function opinions(answer, byPicture, byMovement) {
  if (!byMovement) return null
  return [byPicture, byMovement].map((shares) => {
    const digit = shares.indexOf(Math.max(...shares))
    return { digit, share: percent(shares[digit]), other: digit !== answer.guess }
  })
}
