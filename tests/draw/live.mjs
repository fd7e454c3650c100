// What the browser would say of drawings: run by test_live_parity.py, `node live.mjs FOLDER FEWER MODEL...`.
//
// FOLDER/drawings.json: a list of drawings, each a list of {points, width}. FOLDER/pictures.bin: the same as the
// server draws them, 280 * 280 bytes each. What is said of the pictures goes to FOLDER/answers.bin, float32: seen
// (784; NaN without ink), score, ten probabilities of each model; of the first FEWER only for all models but the first
// one. FOLDER/rendered.bin: our pictures of the strokes.
// FOLDER/pencil.json: for each drawing's first stroke, the path of a pencil that was at its points, and that flattened.
import { readFileSync, writeFileSync } from "node:fs"
import { flattened, pathOf } from "../../ui/pad/browser/pencil.js"
import { render } from "../../ui/pad/browser/raster.js"
import { Reader } from "../../ui/pad/browser/worker.js"

const PIXELS = 280 * 280
const [folder, fewer, ...models] = process.argv.slice(2)
const network = (name) => readFileSync(new URL(`../../model_zoo/artifacts/${name}/live.bin`, import.meta.url))

const reader = new Reader()
for (const name of [...models, "detector"]) reader.add(name, new Uint8Array(network(name)).buffer)

const drawings = JSON.parse(readFileSync(`${folder}/drawings.json`, "utf-8"))
const pictures = readFileSync(`${folder}/pictures.bin`)
const width = 784 + 1 + 10 * models.length
const answers = new Float32Array(drawings.length * width).fill(Number.NaN)
const rendered = new Uint8Array(drawings.length * PIXELS)
drawings.forEach((strokes, i) => {
  rendered.set(render(strokes), i * PIXELS)
  const picture = pictures.subarray(i * PIXELS, (i + 1) * PIXELS)
  models.slice(0, i < Number(fewer) ? models.length : 1).forEach((model, m) => {
    const { seen, score, probabilities } = reader.read(picture, model)
    if (!seen) return
    answers.set(seen, i * width)
    answers[i * width + 784] = score
    answers.set(probabilities, i * width + 785 + 10 * m)
  })
})
const pencils = drawings.map(([{ points, width }]) => {
  const path = pathOf(points, width)
  return { path, width, points: flattened(path) }
})
writeFileSync(`${folder}/pencil.json`, JSON.stringify(pencils))
writeFileSync(`${folder}/answers.bin`, new Uint8Array(answers.buffer))
writeFileSync(`${folder}/rendered.bin`, rendered)
