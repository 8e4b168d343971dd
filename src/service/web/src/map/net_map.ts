// The map: the heating network as lines, a run's mosaic below, candidates above, no outside tile. All coordinates come in as
// WGS 84 and are drawn in Web Mercator.

import Feature from 'ol/Feature';
import type { FeatureLike } from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import ScaleLine from 'ol/control/ScaleLine';
import { createEmpty, extend, getCenter, isEmpty, type Extent } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import type Geometry from 'ol/geom/Geometry';
import LineString from 'ol/geom/LineString';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import { defaults as defaultInteractions } from 'ol/interaction/defaults';
import ImageLayer from 'ol/layer/Image';
import VectorLayer from 'ol/layer/Vector';
import VectorImageLayer from 'ol/layer/VectorImage';
import { fromLonLat, toLonLat } from 'ol/proj';
import ImageStatic from 'ol/source/ImageStatic';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import type { GeoJson, MosaicFacts } from '../core/types';
import { ellipseRing } from './geometry';
import { PointsLayer, type PointTable } from './points_layer';

export interface Ellipse { lon: number; lat: number; major: number; minor: number; azimuth: number }
export interface FieldMark { id: string; lon: number; lat: number; label: string; done: boolean; active: boolean }

interface Colours {
  supply: string; return: string; unknown: string; casing: string; chamber: string; ink: string; paper: string;
  groups: [string, string, string, string]; select: string; refly: string; trace: string;
}
const light: Colours = {
  supply: '#c8352d', return: '#2463b4', unknown: '#66717f', casing: '#ffffff', chamber: '#3c4653', ink: '#1b2430', paper: '#ffffff',
  groups: ['#d08700', '#d11f38', '#7a0016', '#8d98a6'], select: '#0b66c3', refly: '#c0148c', trace: '#0b7285',
};
const night: Colours = {
  supply: '#e2655c', return: '#5b97df', unknown: '#8b97a6', casing: '#0d1218', chamber: '#c2ccd8', ink: '#e6ebf2', paper: '#12171e',
  groups: ['#e8ab3a', '#ff5468', '#ffd9de', '#66717f'], select: '#6db3ff', refly: '#f06ac4', trace: '#3fc1c9',
};

const geojson = new GeoJSON({ dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' });

export class NetMap {
  readonly map: OlMap;
  private colours: Colours;
  private network = new VectorSource();
  private traces = new VectorSource();
  private refly = new VectorSource();
  private marks = new VectorSource();
  private selection = new VectorSource();
  private me = new VectorSource();
  private points: PointsLayer | null = null;
  private mosaicLayer = new ImageLayer<ImageStatic>({ zIndex: 1, opacity: 0.85 });
  private vectorLayers: { changed(): void }[] = [];
  private whole: Extent = createEmpty();
  private onPickPoint: ((index: number) => void) | null = null;
  private onPickMark: ((id: string) => void) | null = null;

  constructor(target: HTMLElement, dark: boolean) {
    this.colours = dark ? night : light;
    const layer = (source: VectorSource, zIndex: number, style: (f: FeatureLike, resolution: number) => Style | Style[]): VectorLayer => {
      const made = new VectorLayer({ source, zIndex, style, updateWhileAnimating: false, updateWhileInteracting: false });
      this.vectorLayers.push(made);
      return made;
    };
    // As a picture somewhat larger than the window: it is moved while the map is panned, and drawn again at rest.
    const networkLayer = new VectorImageLayer({ source: this.network, zIndex: 2, imageRatio: 1.6, style: (f, r) => this.networkStyle(f, r) });
    this.vectorLayers.push(networkLayer);
    this.map = new OlMap({
      target,
      controls: [new ScaleLine({ minWidth: 60 })],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
      layers: [
        this.mosaicLayer,
        networkLayer,
        layer(this.traces, 3, () => new Style({ stroke: new Stroke({ color: this.colours.trace, width: 2, lineDash: [6, 4] }) })),
        layer(this.refly, 4, (f) => this.reflyStyle(f)),
        layer(this.selection, 6, (f) => this.selectionStyle(f)),
        layer(this.marks, 7, (f) => this.markStyle(f)),
        layer(this.me, 8, (f) => this.meStyle(f)),
      ],
      view: new View({ center: fromLonLat([123.43, 41.8]), zoom: 13, maxZoom: 23, minZoom: 4, enableRotation: false }),
    });
    this.map.on('singleclick', (event) => this.pick(event.pixel, event.coordinate));
    // Phones and drawers change the box without a resize of the window.
    const watcher = new ResizeObserver(() => this.map.updateSize());
    watcher.observe(target);
  }

  dispose(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  setTheme(dark: boolean): void {
    this.colours = dark ? night : light;
    for (const layer of this.vectorLayers) layer.changed();
    this.points?.setColours(this.pointColours());
  }

  // --- what lies in the ground ---

  setNetwork(collection: GeoJson): void {
    this.network.clear();
    this.network.addFeatures(geojson.readFeatures(collection) as Feature<Geometry>[]);
    this.grow(this.network.getExtent());
  }

  setTraces(collection: GeoJson | null): void {
    this.traces.clear();
    if (collection) this.traces.addFeatures(geojson.readFeatures(collection) as Feature<Geometry>[]);
  }

  /** The server has turned the picture into the map's projection: its box is exact. */
  setMosaic(url: string | null, facts: MosaicFacts | null): void {
    this.mosaicLayer.setSource(url && facts ? new ImageStatic({ url, projection: 'EPSG:3857', imageExtent: facts.extent_3857 }) : null);
    if (facts) this.grow(facts.extent_3857);
  }
  showMosaic(visible: boolean): void {
    this.mosaicLayer.setVisible(visible);
  }

  setRefly(collection: GeoJson | null): void {
    this.refly.clear();
    if (!collection) return;
    this.refly.addFeatures(geojson.readFeatures(collection) as Feature<Geometry>[]);
    this.grow(this.refly.getExtent());
  }

  // --- candidates, up to some hundred thousand ---

  setPoints(table: PointTable): void {
    if (!this.points) {
      this.points = new PointsLayer(this.pointColours());
      this.map.addLayer(this.points);
    }
    this.points.setTable(table);
    this.grow(this.points.places());
  }
  /** Rows that are shown, the most probable first. */
  showPoints(shown: Uint32Array, groups: Uint8Array): void {
    this.points?.setShown(shown, groups);
  }
  private pointColours(): { groups: Colours['groups']; edge: string } {
    return { groups: this.colours.groups, edge: this.colours.casing };
  }

  onPick(handler: (index: number) => void): void {
    this.onPickPoint = handler;
  }
  onMark(handler: (id: string) => void): void {
    this.onPickMark = handler;
  }

  private pick(pixel: number[], coordinate: number[]): void {
    const mark = this.map.forEachFeatureAtPixel(pixel, (f) => f.get('mark') as string | undefined, { hitTolerance: 12 });
    if (mark && this.onPickMark) {
      this.onPickMark(mark);
      return;
    }
    // A thumb is about 40 px wide.
    const reach = (this.map.getView().getResolution() ?? 1) * 20;
    const found = this.points?.nearest(coordinate[0]!, coordinate[1]!, reach) ?? -1;
    if (found >= 0) this.onPickPoint?.(found);
  }

  // --- one thing that is looked at ---

  select(lon: number | null | undefined, lat: number | null | undefined, ellipse: Ellipse | null, follow: 'none' | 'pan' | 'zoom', ring = true): void {
    this.selection.clear();
    if (lon === null || lon === undefined || lat === null || lat === undefined) return;
    const centre = fromLonLat([lon, lat]);
    if (ring) this.selection.addFeature(new Feature({ geometry: new Point(centre), what: 'ring' }));
    if (ellipse && ellipse.major > 0) {
      for (const times of [2, 1]) {
        const ring = ellipseRing(ellipse.lon, ellipse.lat, ellipse.major * times, ellipse.minor * times, ellipse.azimuth).map((p) => fromLonLat(p));
        this.selection.addFeature(new Feature({ geometry: new Polygon([ring]), what: times === 1 ? 'sigma' : 'sigma2' }));
      }
    }
    const view = this.map.getView();
    if (follow === 'zoom') {
      // The ellipse about a fifth of a phone's width; a Mercator unit is shorter than a metre on the ground.
      const wanted = Math.min(0.45, Math.max(0.06, ((ellipse?.major ?? 4) * 4) / 72)) / Math.cos((lat * Math.PI) / 180);
      view.animate({ center: centre, resolution: wanted, duration: 250 });
    }
    else if (follow === 'pan') {
      const box = view.calculateExtent();
      const margin = 0.12 * Math.min(box[2]! - box[0]!, box[3]! - box[1]!);
      const inside = centre[0]! > box[0]! + margin && centre[0]! < box[2]! - margin && centre[1]! > box[1]! + margin && centre[1]! < box[3]! - margin;
      if (!inside) view.animate({ center: centre, duration: 180 });
    }
  }

  setMarks(marks: FieldMark[]): void {
    this.marks.clear();
    this.marks.addFeatures(marks.map((m) => {
      const feature = new Feature({ geometry: new Point(fromLonLat([m.lon, m.lat])), label: m.label, done: m.done, active: m.active });
      feature.set('mark', m.id);
      return feature;
    }));
    this.grow(this.marks.getExtent());
  }

  setMe(lon: number, lat: number, accuracyM: number): void {
    this.me.clear();
    const ring = ellipseRing(lon, lat, accuracyM, accuracyM, 0).map((p) => fromLonLat(p));
    this.me.addFeatures([
      new Feature({ geometry: new Polygon([ring]), what: 'accuracy' }),
      new Feature({ geometry: new Point(fromLonLat([lon, lat])), what: 'me' }),
    ]);
  }

  // --- the view ---

  private grow(extent: Extent | null): void {
    if (!extent || isEmpty(extent) || !Number.isFinite(extent[0]!)) return;
    const first = isEmpty(this.whole);
    extend(this.whole, extent);
    if (first) this.fit();
  }
  fit(): void {
    if (isEmpty(this.whole)) return;
    this.map.updateSize();
    this.map.getView().fit(this.whole, { padding: [44, 44, 44, 44], maxZoom: 19 });
  }
  centre(): [number, number] {
    return toLonLat(this.map.getView().getCenter() ?? getCenter(this.whole)) as [number, number];
  }
  zoomBy(steps: number): void {
    const view = this.map.getView();
    view.animate({ zoom: (view.getZoom() ?? 13) + steps, duration: 150 });
  }
  goTo(lon: number, lat: number, zoom = 18): void {
    this.map.getView().animate({ center: fromLonLat([lon, lat]), zoom, duration: 250 });
  }
  /** [west, south, east, north] in degrees. */
  bounds(): [number, number, number, number] {
    const box = this.map.getView().calculateExtent(this.map.getSize());
    const [w, s] = toLonLat([box[0]!, box[1]!]) as [number, number];
    const [e, n] = toLonLat([box[2]!, box[3]!]) as [number, number];
    return [w, s, e, n];
  }
  onMoved(handler: () => void): void {
    this.map.on('moveend', handler);
  }

  // --- styles ---

  private networkStyle(feature: FeatureLike, resolution: number): Style | Style[] {
    const type = feature.getGeometry()?.getType();
    if (type === 'Point') {
      if (resolution > 2.5) return [];
      return new Style({
        image: new RegularShape({ points: 4, radius: 4.5, angle: Math.PI / 4, fill: new Fill({ color: this.colours.paper }), stroke: new Stroke({ color: this.colours.chamber, width: 1.5 }) }),
      });
    }
    const medium = feature.get('medium') as string | null;
    const colour = medium === 'supply' ? this.colours.supply : medium === 'return' ? this.colours.return : this.colours.unknown;
    const primary = Number(feature.get('dn_mm') ?? 0) >= 300 || feature.get('level') === 'primary';
    const width = (resolution < 1 ? 2.4 : resolution < 6 ? 1.8 : 1.1) * (primary ? 1.5 : 1);
    const line = new Style({ stroke: new Stroke({ color: colour, width, lineCap: 'round' }) });
    if (resolution > 8) return line;
    return [new Style({ stroke: new Stroke({ color: `${this.colours.casing}b0`, width: width + 2.4, lineCap: 'round' }) }), line];
  }

  private reflyStyle(feature: FeatureLike): Style | Style[] {
    const line = feature.getGeometry() instanceof LineString;
    return [
      new Style({ stroke: new Stroke({ color: `${this.colours.refly}45`, width: line ? 14 : 2, lineCap: 'round' }), fill: new Fill({ color: `${this.colours.refly}26` }) }),
      new Style({ stroke: new Stroke({ color: this.colours.refly, width: 3, lineDash: [7, 5] }) }),
    ];
  }

  private selectionStyle(feature: FeatureLike): Style | Style[] {
    const what = feature.get('what') as string;
    if (what === 'ring') {
      return [
        new Style({ image: new CircleStyle({ radius: 15, stroke: new Stroke({ color: this.colours.paper, width: 5 }) }) }),
        new Style({ image: new CircleStyle({ radius: 15, stroke: new Stroke({ color: this.colours.select, width: 2.5 }) }) }),
      ];
    }
    if (what === 'sigma') return new Style({ stroke: new Stroke({ color: this.colours.select, width: 1.5 }), fill: new Fill({ color: `${this.colours.select}33` }) });
    return new Style({ stroke: new Stroke({ color: this.colours.select, width: 1.2, lineDash: [5, 4] }) });
  }

  private markStyle(feature: FeatureLike): Style | Style[] {
    const active = feature.get('active') as boolean;
    const fill = (feature.get('done') as boolean) ? this.colours.groups[3] : this.colours.groups[1];
    // A pin: what lies at the place itself stays in sight.
    const up = active ? 34 : 0;
    const head = new Style({
      zIndex: active ? 2 : 1,
      image: new CircleStyle({
        radius: active ? 16 : 13, displacement: [0, up],
        fill: new Fill({ color: fill }), stroke: new Stroke({ color: active ? this.colours.select : this.colours.paper, width: active ? 4 : 2 }),
      }),
      text: new Text({ text: feature.get('label') as string, offsetY: -up, font: '600 13px system-ui, sans-serif', fill: new Fill({ color: this.colours === night ? '#12171e' : '#ffffff' }) }),
    });
    if (!active) return head;
    const tip = new Style({
      zIndex: 2,
      image: new RegularShape({ points: 3, radius: 9, angle: Math.PI, displacement: [0, 14], fill: new Fill({ color: this.colours.select }) }),
    });
    const dot = new Style({ zIndex: 2, image: new CircleStyle({ radius: 4, fill: new Fill({ color: this.colours.select }), stroke: new Stroke({ color: this.colours.paper, width: 1.5 }) }) });
    return [dot, tip, head];
  }

  private meStyle(feature: FeatureLike): Style {
    if (feature.get('what') === 'accuracy') return new Style({ fill: new Fill({ color: '#1f7ae033' }), stroke: new Stroke({ color: '#1f7ae0', width: 1 }) });
    return new Style({ image: new CircleStyle({ radius: 8, fill: new Fill({ color: '#1f7ae0' }), stroke: new Stroke({ color: '#ffffff', width: 3 }) }) });
  }
}
