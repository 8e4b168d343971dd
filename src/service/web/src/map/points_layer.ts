// Up to some hundred thousand points as one layer. OpenLayers' own WebGL layer makes an object of each, and costs seconds a
// frame where there is no graphics card, as on many an office machine; so: one buffer for the graphics card, and where there is
// none, discs stamped straight into the picture's pixels.

import type { FrameState } from 'ol/Map';
import Layer from 'ol/layer/Layer';
import { fromLonLat } from 'ol/proj';

export interface PointTable { lon: ArrayLike<number>; lat: ArrayLike<number>; groups: Uint8Array }
export interface PointColours { groups: [string, string, string, string]; edge: string }

/** Radius in CSS pixels of a point, by metres a pixel. Those that are dealt with are smaller. */
function radiusAt(resolution: number, group: number): number {
  const zoom = Math.log2(156543.03 / resolution);
  const radius = zoom <= 11 ? 2 : zoom >= 18 ? 9 : 2 + (zoom - 11);
  return group === 3 ? radius * 0.6 : radius;
}

const rgb = (hex: string): [number, number, number] => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as [number, number, number];

interface View { centreX: number; centreY: number; resolution: number; width: number; height: number; ratio: number }
interface Painter {
  readonly canvas: HTMLCanvasElement;
  setPlaces(xy: Float32Array, groups: Uint8Array): void;
  setGroups(groups: Uint8Array): void;
  setShown(shown: Uint32Array): void;
  paint(view: View, colours: PointColours): void;
}

const vertexText = `#version 300 es
in vec2 place; in float group;
uniform vec2 middle, scale; uniform vec4 sizes; uniform vec4 colours[4];
out vec4 colour; out float size;
void main() {
  int g = int(group);
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  size = sizes[g];
  gl_PointSize = size;
  colour = colours[g];
}`;
const fragmentText = `#version 300 es
precision mediump float;
in vec4 colour; in float size; uniform vec4 edge; out vec4 result;
void main() {
  float inside = (0.5 - length(gl_PointCoord - 0.5)) * size;
  if (inside <= 0.0) discard;
  vec4 c = size > 9.0 && inside < 1.6 ? edge : colour;
  result = c * clamp(inside, 0.0, 1.0);
}`;

/** Null where there is no WebGL 2, or only one that is computed in software. */
function cardPainter(): Painter | null {
  const canvas = document.createElement('canvas');
  const gl = canvas.getContext('webgl2', { failIfMajorPerformanceCaveat: true, antialias: false, premultipliedAlpha: true });
  if (!gl) return null;
  const program = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, vertexText], [gl.FRAGMENT_SHADER, fragmentText]] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const at = { middle: uniform('middle'), scale: uniform('scale'), sizes: uniform('sizes'), colours: uniform('colours'), edge: uniform('edge') };
  const places = gl.createBuffer();
  const groups = gl.createBuffer();
  const order = gl.createBuffer();
  let count = 0;
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const setGroups = (values: Uint8Array): void => {
    gl.bindBuffer(gl.ARRAY_BUFFER, groups);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW);
    const attribute = gl.getAttribLocation(program, 'group');
    gl.enableVertexAttribArray(attribute);
    gl.vertexAttribPointer(attribute, 1, gl.UNSIGNED_BYTE, false, 0, 0);
  };
  return {
    canvas,
    setGroups,
    setPlaces(xy, values) {
      gl.bindBuffer(gl.ARRAY_BUFFER, places);
      gl.bufferData(gl.ARRAY_BUFFER, xy, gl.STATIC_DRAW);
      const attribute = gl.getAttribLocation(program, 'place');
      gl.enableVertexAttribArray(attribute);
      gl.vertexAttribPointer(attribute, 2, gl.FLOAT, false, 0, 0);
      setGroups(values);
    },
    setShown(shown) {
      count = shown.length;
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, shown, gl.DYNAMIC_DRAW);
    },
    paint({ centreX, centreY, resolution, width, height, ratio }, colours) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform2f(at.middle, centreX, centreY);
      gl.uniform2f(at.scale, 2 / (width * resolution), 2 / (height * resolution));
      gl.uniform4fv(at.sizes, [0, 1, 2, 3].map((g) => 2 * radiusAt(resolution, g) * ratio));
      gl.uniform4fv(at.colours, colours.groups.flatMap((hex) => [...rgb(hex).map((v) => v / 255), 1]));
      gl.uniform4fv(at.edge, [...rgb(colours.edge).map((v) => v / 255), 1]);
      gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 0);
    },
  };
}

interface Stamp { offsets: Int32Array; dx: Int16Array; dy: Int16Array; pixels: Uint32Array; reach: number }

/** The pixels of a disc around its centre. */
function stampOf(radius: number, fill: string, edge: string, stride: number): Stamp {
  const word = (hex: string): number => {
    const [r, g, b] = rgb(hex);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  };
  const reach = Math.ceil(radius);
  const found: [number, number, number][] = [];
  for (let y = -reach; y <= reach; ++y) {
    for (let x = -reach; x <= reach; ++x) {
      const d = Math.hypot(x, y);
      if (d <= radius) found.push([x, y, word(radius > 4.5 && d > radius - 1.6 ? edge : fill)]);
    }
  }
  return {
    offsets: Int32Array.from(found, ([x, y]) => y * stride + x), dx: Int16Array.from(found, ([x]) => x), dy: Int16Array.from(found, ([, y]) => y),
    pixels: Uint32Array.from(found, ([, , p]) => p), reach,
  };
}

function stampPainter(): Painter {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let xy = new Float32Array(0);
  let groups = new Uint8Array(0);
  let shown = new Uint32Array(0);
  let image: ImageData | null = null;
  return {
    canvas,
    setPlaces(places, values) {
      xy = places as Float32Array<ArrayBuffer>;
      groups = values as Uint8Array<ArrayBuffer>;
    },
    setGroups(values) {
      groups = values as Uint8Array<ArrayBuffer>;
    },
    setShown(list) {
      shown = list as Uint32Array<ArrayBuffer>;
    },
    paint({ centreX, centreY, resolution, ratio }, colours) {
      const { width, height } = canvas;
      if (!context || width === 0 || height === 0) return;
      if (image?.width !== width || image.height !== height) image = context.createImageData(width, height);
      const pixels = new Uint32Array(image.data.buffer);
      pixels.fill(0);
      const stamps = colours.groups.map((hex, g) => stampOf(radiusAt(resolution, g) * ratio, hex, colours.edge, width));
      const perPixel = ratio / resolution;
      const left = width / 2 - centreX * perPixel;
      const top = height / 2 + centreY * perPixel;
      for (let k = 0; k < shown.length; ++k) {
        const i = shown[k]!;
        const x = Math.round(left + xy[2 * i]! * perPixel);
        const y = Math.round(top - xy[2 * i + 1]! * perPixel);
        const stamp = stamps[groups[i]!]!;
        const { reach } = stamp;
        if (x < -reach || y < -reach || x >= width + reach || y >= height + reach) continue;
        const n = stamp.offsets.length;
        if (x >= reach && y >= reach && x < width - reach && y < height - reach) {
          const base = y * width + x;
          for (let s = 0; s < n; ++s) pixels[base + stamp.offsets[s]!] = stamp.pixels[s]!;
        } else {
          for (let s = 0; s < n; ++s) {
            const px = x + stamp.dx[s]!;
            const py = y + stamp.dy[s]!;
            if (px >= 0 && py >= 0 && px < width && py < height) pixels[py * width + px] = stamp.pixels[s]!;
          }
        }
      }
      context.putImageData(image, 0, 0);
    },
  };
}

export class PointsLayer extends Layer {
  private readonly painter: Painter = cardPainter() ?? stampPainter();
  private origin: [number, number] = [0, 0];
  private xy = new Float32Array(0);
  private shown = new Uint32Array(0);
  private extent4: [number, number, number, number] | null = null;

  constructor(private colours: PointColours) {
    super({ zIndex: 5 });
    this.painter.canvas.className = 'points-canvas';
  }

  setTable(table: PointTable): void {
    const n = table.lon.length;
    const all = new Float64Array(2 * n);
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < n; ++i) {
      const [x, y] = fromLonLat([table.lon[i]!, table.lat[i]!]) as [number, number];
      all[2 * i] = x;
      all[2 * i + 1] = y;
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    this.extent4 = box[0] <= box[2] ? box : null;
    // Single precision is enough for metres from the middle, not for metres from the equator.
    if (this.extent4) this.origin = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    this.xy = new Float32Array(2 * n);
    for (let i = 0; i < n; ++i) {
      this.xy[2 * i] = all[2 * i]! - this.origin[0];
      this.xy[2 * i + 1] = all[2 * i + 1]! - this.origin[1];
    }
    this.painter.setPlaces(this.xy, table.groups);
    this.changed();
  }
  places(): [number, number, number, number] | null {
    return this.extent4;
  }

  /** Rows that are drawn, the most probable first: it comes to lie on top. */
  setShown(shown: Uint32Array, groups: Uint8Array): void {
    this.shown = Uint32Array.from(shown);
    this.painter.setGroups(groups);
    this.painter.setShown(Uint32Array.from(shown).reverse());
    this.changed();
  }
  setColours(colours: PointColours): void {
    this.colours = colours;
    this.changed();
  }

  /** The nearest drawn row within so many map units, or -1. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = reach * reach;
    for (const i of this.shown) {
      const d = (this.xy[2 * i]! + this.origin[0] - x) ** 2 + (this.xy[2 * i + 1]! + this.origin[1] - y) ** 2;
      if (d < least) {
        least = d;
        best = i;
      }
    }
    return best;
  }

  override render(frame: FrameState | null): HTMLElement {
    const { canvas } = this.painter;
    if (!frame) return canvas;
    const [width, height] = frame.size as [number, number];
    const ratio = frame.pixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    const { center, resolution } = frame.viewState;
    this.painter.paint({ centreX: center[0]! - this.origin[0], centreY: center[1]! - this.origin[1], resolution, width, height, ratio }, this.colours);
    return canvas;
  }
}
