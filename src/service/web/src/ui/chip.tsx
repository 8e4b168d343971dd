// The thermal picture of one candidate, with the pipes' axes and the spot drawn over it.

import type { JSX } from 'preact';
import { fixed } from '../core/format';
import { t } from '../core/i18n';
import type { ChipPicture } from '../core/types';

export function Chip({ chip }: { chip: ChipPicture }): JSX.Element {
  const { width_px: width, height_px: height, spot_px: spot } = chip;
  const gsd = chip.gsd_m ?? 0;
  // A scale bar of about a quarter of the picture.
  const bar = gsd > 0 ? [20, 10, 5, 2, 1, 0.5].find((m) => m / gsd <= width * 0.3) : undefined;
  const unit = width / 100;
  return (
    <figure class="chip">
      <div class="chip-box">
        <img src={chip.png} width={width} height={height} alt={t('chipOf', chip.frame ?? '', fixed(chip.low_c), fixed(chip.high_c))} />
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {(chip.pipes_px ?? []).map((line, i) => <polyline key={i} points={line.map((p) => p.join(',')).join(' ')} />)}
          {spot && <circle cx={spot[0]} cy={spot[1]} r={9 * unit} />}
          {bar && <path class="bar" d={`M${5 * unit} ${height - 5 * unit}h${bar / gsd}`} />}
        </svg>
        {bar && <span class="bar-text">{bar} m</span>}
      </div>
      <figcaption><span>{fixed(chip.low_c)} °C</span><i class="ramp" /><span>{fixed(chip.high_c)} °C</span></figcaption>
      {chip.frame && <p class="help">{chip.frame}</p>}
    </figure>
  );
}
