// The map as a component: loads OpenLayers when it is first needed, and hands the map to its page.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../core/i18n';
import { dark } from '../core/theme';
import { Icon } from '../ui/icons';
import type { NetMap } from './net_map';

interface MapViewProps { onReady: (map: NetMap) => void; children?: ComponentChildren; class?: string }

export function MapView({ onReady, children, class: name = '' }: MapViewProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<NetMap | null>(null);
  const ready = useRef(onReady);
  ready.current = onReady;
  useEffect(() => {
    let made: NetMap | null = null;
    let gone = false;
    void import('./net_map').then(({ NetMap: Made }) => {
      if (gone || !box.current) return;
      made = new Made(box.current, dark.value);
      // For people who look into a misplaced map, and for the tests.
      (box.current as HTMLDivElement & { netMap?: NetMap }).netMap = made;
      setMap(made);
      ready.current(made);
    });
    return () => {
      gone = true;
      made?.dispose();
    };
  }, []);
  const isDark = dark.value;
  useEffect(() => map?.setTheme(isDark), [isDark]);
  return (
    <div class={`map ${name}`}>
      <div ref={box} class="map-box" tabIndex={0} role="application" aria-label={t('mapLabel')} />
      <div class="map-buttons">
        <button type="button" aria-label={t('zoomIn')} title={t('zoomIn')} onClick={() => map?.zoomBy(1)}><Icon name="plus" /></button>
        <button type="button" aria-label={t('zoomOut')} title={t('zoomOut')} onClick={() => map?.zoomBy(-1)}><Icon name="minus" /></button>
        <button type="button" aria-label={t('wholeArea')} title={t('wholeArea')} onClick={() => map?.fit()}><Icon name="whole" /></button>
      </div>
      {children}
    </div>
  );
}
