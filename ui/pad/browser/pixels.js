// Numbers as a picture, one pixel each: `share` of pixel n, at x and y, in [0, 1]; below 0 it is see-through. 1 is the
// colour, 0 a grey level.
export function pixels(canvas, width, height, share, colour = [255, 255, 255], dark = 0) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const context = canvas.getContext("2d")
  const image = context.createImageData(width, height)
  const { data } = image
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n++) {
      const light = share(n, x, y)
      if (light < 0) continue
      for (let c = 0; c < 3; c++) data[n * 4 + c] = dark + (colour[c] - dark) * light
      data[n * 4 + 3] = 255
    }
  }
  context.putImageData(image, 0, 0)
}
