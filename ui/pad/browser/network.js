// Small networks in plain JavaScript: the files that model_zoo/training/live.py writes.
//
// A picture of a digit is mostly paper, and what follows a ReLU mostly zero. So a convolution doesn't gather
// what lies under its filter: each pixel that is not zero adds its share to the outputs around it, all filters
// of one place side by side in memory. Everything is allocated once.

const MAGIC = "DLN1"

/** A file that is no network, or not all of one. */
export class DamagedFile extends Error {}

/**
 * The network in a file.
 * @param {ArrayBuffer} buffer
 * @returns {Network}
 * @throws {DamagedFile}
 */
export function parse(buffer) {
  const view = new DataView(buffer)
  const magic = buffer.byteLength < 8 ? "" : String.fromCharCode(...new Uint8Array(buffer, 0, 4))
  if (magic !== MAGIC) throw new DamagedFile("This is no file of a network.")
  const begin = 8 + view.getUint32(4, true)
  if (begin > buffer.byteLength) throw new DamagedFile("The file ends within its header.")
  const header = headerOf(new Uint8Array(buffer, 8, begin - 8))
  if (buffer.byteLength !== begin + 2 * header.weights) {
    throw new DamagedFile(`The file should have ${begin + 2 * header.weights} bytes, not ${buffer.byteLength}.`)
  }
  const weights = new Float32Array(header.weights)
  for (let i = 0; i < weights.length; i++) weights[i] = fromHalf(view.getUint16(begin + 2 * i, true))
  return new Network(header, weights)
}

function headerOf(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new DamagedFile("The file's header is damaged.")
  }
}

/** IEEE 754 half precision -> a number. */
export function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Layers one after the other. `output` is the last one's name. */
export class Network {
  constructor(header, weights) {
    this.output = header.output
    this.layers = []
    let shape = header.input
    let used = 0
    for (const spec of header.layers) {
      const make = KINDS[spec.kind]
      if (!make) throw new DamagedFile(`There is no layer of the kind ${spec.kind}.`)
      const layer = make(spec, shape, weights.subarray(used))
      const activations = spec.activations.map((name) => {
        if (!ACTIVATIONS[name]) throw new DamagedFile(`There is no activation ${name}.`)
        return ACTIVATIONS[name]
      })
      this.layers.push({ ...layer, name: spec.name, activations })
      shape = layer.shape
      used += layer.used
    }
    if (used !== weights.length) throw new DamagedFile("The file has more weights than its layers.")
  }

  /**
   * What comes out for a picture. The same array each time: copy what is to stay.
   * @param {Float32Array} picture 784 values in [0, 1]
   * @returns {Float32Array}
   */
  run(picture) {
    let values = picture
    for (const layer of this.layers) {
      values = layer.run(values)
      for (const activate of layer.activations) activate(values)
    }
    return values
  }

  /** What came out of each layer that has a name, in the last run: copies, row by row, channels side by side. */
  inside() {
    return this.layers
      .filter((layer) => layer.name)
      .map(({ name, shape: [height, width, channels], out }) => ({
        name,
        width,
        height,
        channels,
        values: out.slice(),
      }))
  }
}

// --- layers: {shape, used, out, run}; `used` is how many weights they take ---

const KINDS = { conv, dense, max_pool: maxPool }

function conv({ size: [rows, columns], filters, padding }, [height, width, channels], weights) {
  const same = padding === "same"
  const top = same ? (rows - 1) >> 1 : 0
  const left = same ? (columns - 1) >> 1 : 0
  const outHeight = same ? height : height - rows + 1
  const outWidth = same ? width : width - columns + 1
  const { kernel, bias, used } = taken(weights, rows * columns * channels * filters, filters)
  const out = new Float32Array(outHeight * outWidth * filters)
  const active = new Int32Array(channels)
  const stride = channels * filters // from one place of the filter to the next

  const run = (input) => {
    for (let at = 0; at < out.length; at += filters) out.set(bias, at)
    for (let y = 0; y < height; y++) {
      const firstRow = Math.max(0, y + top - outHeight + 1)
      const lastRow = Math.min(rows - 1, y + top)
      for (let x = 0; x < width; x++) {
        const from = (y * width + x) * channels
        let count = 0
        for (let c = 0; c < channels; c++) if (input[from + c] !== 0) active[count++] = c
        if (!count) continue
        const firstColumn = Math.max(0, x + left - outWidth + 1)
        const lastColumn = Math.min(columns - 1, x + left)
        for (let row = firstRow; row <= lastRow; row++) {
          for (let column = firstColumn; column <= lastColumn; column++) {
            const to = ((y + top - row) * outWidth + x + left - column) * filters
            addShares(out, to, input, from, active, count, kernel, (row * columns + column) * stride, filters)
          }
        }
      }
    }
    return out
  }
  return { shape: [outHeight, outWidth, filters], used, out, run }
}

function dense({ units }, [height, width, channels], weights) {
  const inputs = height * width * channels
  const { kernel, bias, used } = taken(weights, inputs * units, units)
  const out = new Float32Array(units)
  const active = new Int32Array(inputs)

  const run = (input) => {
    out.set(bias)
    let count = 0
    for (let i = 0; i < inputs; i++) if (input[i] !== 0) active[count++] = i
    addShares(out, 0, input, 0, active, count, kernel, 0, units)
    return out
  }
  return { shape: [1, 1, units], used, out, run }
}

/** out[to + k] += input[from + c] * kernel[at + c * length + k] for all active c. Four at a time, since each
 * walk over the outputs costs more than the products do. */
function addShares(out, to, input, from, active, count, kernel, at, length) {
  let i = 0
  for (; i + 3 < count; i += 4) {
    const a = input[from + active[i]]
    const b = input[from + active[i + 1]]
    const c = input[from + active[i + 2]]
    const d = input[from + active[i + 3]]
    let atA = at + active[i] * length
    let atB = at + active[i + 1] * length
    let atC = at + active[i + 2] * length
    let atD = at + active[i + 3] * length
    for (let k = to; k < to + length; k++) {
      out[k] += a * kernel[atA++] + b * kernel[atB++] + c * kernel[atC++] + d * kernel[atD++]
    }
  }
  for (; i < count; i++) {
    const a = input[from + active[i]]
    let atA = at + active[i] * length
    for (let k = to; k < to + length; k++) out[k] += a * kernel[atA++]
  }
}

function taken(weights, size, units) {
  if (weights.length < size + units) throw new DamagedFile("The file has fewer weights than its layers.")
  return { kernel: weights.slice(0, size), bias: weights.slice(size, size + units), used: size + units }
}

function maxPool({ size: [rows, columns] }, [height, width, channels]) {
  const outHeight = Math.floor(height / rows)
  const outWidth = Math.floor(width / columns)
  const out = new Float32Array(outHeight * outWidth * channels)

  const run = (input) => {
    let to = 0
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const corner = (y * rows * width + x * columns) * channels
        for (let c = 0; c < channels; c++) {
          let most = input[corner + c]
          for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns; column++) {
              const value = input[corner + (row * width + column) * channels + c]
              if (value > most) most = value
            }
          }
          out[to++] = most
        }
      }
    }
    return out
  }
  return { shape: [outHeight, outWidth, channels], used: 0, out, run }
}

// --- activations, in place ---

const ACTIVATIONS = {
  relu(values) {
    for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0
  },
  log_sigmoid(values) {
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.min(values[i], 0) - Math.log1p(Math.exp(-Math.abs(values[i])))
    }
  },
  softmax(values) {
    const most = values.reduce((a, b) => Math.max(a, b))
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[i] = Math.exp(values[i] - most)
    for (let i = 0; i < values.length; i++) values[i] /= sum
  },
}
