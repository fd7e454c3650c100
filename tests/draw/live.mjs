// What the browser would say of drawings: run by test_live_parity.py, `node live.mjs FOLDER FEWER JOIN MODEL...`.
//
// FOLDER/drawings.json: a list of drawings, each a list of {points, width}. What is said of them goes to
// FOLDER/answers.bin, float32: seen (784; NaN without ink), score, ten probabilities of each model; of the first FEWER
// only for all models but the first one. JOIN, as JSON, is how the models' answers are joined with the reader of
// strokes': {name: {weight, temperature}}. FOLDER/rendered.bin: our pictures of the strokes. FOLDER/maps.bin, float32:
// the direction maps of the first FEWER, and of the drawings in FOLDER/odd.json.
// FOLDER/pencil.json: for each drawing's first stroke, the path of a pencil that was at its points, and that flattened.
import { readFileSync, writeFileSync } from "node:fs"
import { directionMaps } from "../../ui/pad/browser/movement.js"
import { flattened, pathOf } from "../../ui/pad/browser/pencil.js"
import { render } from "../../ui/pad/browser/raster.js"
import { Reader } from "../../ui/pad/browser/worker.js"

const PIXELS = 280 * 280
const [folder, fewer, join, ...models] = process.argv.slice(2)
const joins = JSON.parse(join)
const network = (name) => readFileSync(new URL(`../../model_zoo/artifacts/${name}/live.bin`, import.meta.url))
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf-8"))

const reader = new Reader()
for (const name of [...models, "detector", "strokes"]) reader.add(name, new Uint8Array(network(name)).buffer)

const drawings = read("drawings")
const width = 784 + 1 + 10 * models.length
const answers = new Float32Array(drawings.length * width).fill(Number.NaN)
const rendered = new Uint8Array(drawings.length * PIXELS)
drawings.forEach((strokes, i) => {
  rendered.set(render(strokes), i * PIXELS)
  models.slice(0, i < Number(fewer) ? models.length : 1).forEach((model, m) => {
    const { seen, score, probabilities } = reader.read(strokes, model, { join: joins[model] })
    if (!seen) return
    answers.set(seen, i * width)
    answers[i * width + 784] = score
    answers.set(probabilities, i * width + 785 + 10 * m)
  })
})
const maps = [...drawings.slice(0, fewer), ...read("odd")].flatMap((strokes) => [...directionMaps(strokes)])
const pencils = drawings.map(([{ points, width }]) => {
  const path = pathOf(points, width)
  return { path, width, points: flattened(path) }
})
writeFileSync(`${folder}/pencil.json`, JSON.stringify(pencils))
writeFileSync(`${folder}/answers.bin`, new Uint8Array(answers.buffer))
writeFileSync(`${folder}/rendered.bin`, rendered)
writeFileSync(`${folder}/maps.bin`, new Uint8Array(Float32Array.from(maps).buffer))
