// Reads drawings beside the page, so that the pen never waits. What the page sends, and what it gets:
//
//   {kind: "load", urls: {cnn: "...", detector: "...", strokes: "..."}}
//       -> {kind: "loaded", names: ["cnn", "detector", "strokes"]}, all that there are by now
//       or {kind: "failed", why}
//   {kind: "read", id, model: "cnn", inside: false, join: {weight, temperature},
//    strokes: [{points: [[x, y], ...], width}, ...]}
//       in pixels of the pad; their picture is the server's, bit for bit. With `join` the network "strokes" reads the
//       pen's movement, and both opinions become one
//       -> {kind: "read", id, model, seen, probabilities, byPicture, byMovement, score, photo, inside}
//          seen: Float32Array(784) or null without ink; probabilities: Float32Array(10) or null; byPicture and
//          byMovement: what each of both says alone, or null; score: how much it looks like a digit, in [0, 1]; photo:
//          there is too much ink for an answer here; inside: if asked for, [{name, width, height, channels,
//          values: Float32Array}], the model's layers that have a name
//       or {kind: "failed", id, why}

import { directionMaps } from "./movement.js"
import { parse } from "./network.js"
import { render } from "./raster.js"
import { toMnist } from "./to_mnist.js"

const SIZE = 280
const DETECTOR = "detector"
const STROKES = "strokes"
const LEAST = 1e-7 // no opinion is so firm that the other one couldn't outweigh it

/** Networks by name, and what they say about a drawing. */
export class Reader {
  #networks = new Map()

  get names() {
    return [...this.#networks.keys()]
  }

  /** Throws DamagedFile. */
  add(name, buffer) {
    this.#networks.set(name, parse(buffer))
  }

  has(name) {
    return this.#networks.has(name)
  }

  /** What the page gets for strokes. */
  read(strokes, model, { inside = false, join = null } = {}) {
    const { seen, photo } = toMnist(render(strokes, SIZE), SIZE, SIZE)
    if (!seen) return { seen, probabilities: null, byPicture: null, byMovement: null, score: 0, photo }
    const network = this.#network(model)
    const alone = network.run(seen).slice()
    const score = 1 - this.#network(DETECTOR).run(seen)[10]
    const byMovement = join && this.#network(STROKES).run(directionMaps(strokes)).slice()
    return {
      seen,
      probabilities: join ? joined(alone, byMovement, join) : alone,
      byPicture: join && alone,
      byMovement,
      score,
      photo,
      inside: inside ? network.inside() : undefined,
    }
  }

  #network(name) {
    const network = this.#networks.get(name)
    if (!network) throw new Error(`There is no network ${name} here.`)
    return network
  }
}

/** Two opinions as one, as digitlab.inference.joined. */
export function joined(byPicture, byMovement, { weight, temperature }) {
  const logit = (share) => Math.log(Math.max(share, LEAST))
  const logits = Array.from(byPicture, (share, n) => (1 - weight) * logit(share) + weight * logit(byMovement[n]))
  const most = Math.max(...logits)
  const shares = logits.map((value) => Math.exp((value - most) / temperature))
  const sum = shares.reduce((a, b) => a + b)
  return Float32Array.from(shares, (share) => share / sum)
}

/** One message of the page: the answer, and what of it is handed over instead of copied. */
export async function answer(reader, message) {
  const { kind, id } = message
  try {
    if (kind === "load") return [await load(reader, message.urls), []]
    if (kind !== "read") throw new Error(`What is ${kind}?`)
    const found = reader.read(message.strokes, message.model, message)
    const maps = (found.inside ?? []).map(({ values }) => values.buffer)
    const buffers = found.seen ? [found.seen.buffer, found.probabilities.buffer, ...maps] : []
    return [{ kind, id, model: message.model, ...found }, buffers]
  } catch (error) {
    return [{ kind: "failed", id, why: error.message }, []]
  }
}

async function load(reader, urls) {
  const missing = Object.entries(urls).filter(([name]) => !reader.has(name))
  const files = await Promise.all(missing.map(([, url]) => fetched(url)))
  for (const [i, [name]] of missing.entries()) reader.add(name, files[i])
  return { kind: "loaded", names: reader.names }
}

async function fetched(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return response.arrayBuffer()
}

// Node's tests import this file, too
if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) {
  const reader = new Reader()
  addEventListener("message", async ({ data }) => postMessage(...(await answer(reader, data))))
}
