#!/bin/bash
# The report in a real browser: everything is there, every picture decodes, the controls work, nothing is fetched and
# nothing is complained about. Usage: browser_test.sh <thermoleak_make_report>
set -u
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$browser" ]; then
  echo "no chromium here: the page was NOT looked at in a browser"
  [ -n "${CI:-}" ] && exit 1
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# dom PAGE: writes the page's DOM after its script ran to $work/dom, the console to $work/log. Pictures decode on other
# threads, which the browser's virtual time does not wait for: on a busy machine a page that is not ready is opened again.
dom() {
  for attempt in 1 2 3 4 5; do
    timeout 90 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking \
      --no-first-run --user-data-dir="$work/profile" --host-resolver-rules="MAP * ~NOTFOUND" --enable-logging=stderr \
      --window-size="${2:-1280,900}" --virtual-time-budget=$((attempt * 10000)) --dump-dom "file://$1" \
      >"$work/dom" 2>"$work/log"
    grep -q 'data-ready="1"' "$work/dom" && return
  done
}
# says NAME VALUE: the body's data-NAME in $work/dom is VALUE.
says() { grep -o "<body[^>]*>" "$work/dom" | grep -q " data-$1=\"$2\"" || fail "$lang: data-$1 is not $2: $(grep -o '<body[^>]*>' "$work/dom")"; }

for lang in en zh; do
  "$1" "$work/$lang" $lang >/dev/null || fail "$lang: the report was not written"
  page="$work/$lang/report.html"
  dom "$page"
  says ready 1; says cards 12; says markers 12; says rows 12; says plots 25; says pictures 13; says broken 0
  grep -q CONSOLE "$work/log" && fail "$lang: console: $(grep CONSOLE "$work/log" | head -3)"
  # The controls, by a script at the end of a copy of the page.
  cat >"$work/steps.html" <<'STEPS'
<script>
addEventListener('load', () => {
  const out = document.body.dataset, one = (s) => document.querySelector(s), all = (s) => [...document.querySelectorAll(s)];
  const shown = (s) => all(s).filter((e) => e.getClientRects().length > 0).length;
  const box = () => one('#map-svg').getAttribute('viewBox').split(' ').map(Number);
  const before = box();
  one('#zoom-in').click();
  out.zoomed = box()[2] < before[2] * 0.8;
  one('#zoom-all').click();
  out.refitted = Math.abs(box()[2] - before[2]) < 1e-6;
  one('.marker[data-n="2"]').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  out.opened = all('.card.active').map((c) => c.id).join() + document.activeElement.id;
  one('#only-suspected').click();
  out.suspected = [shown('.ranked tbody tr'), shown('.card'), shown('.marker')].join();
  one('#only-suspected').click();
  one('#filters [data-kind="confuser"]').click();
  out.filtered = [shown('.ranked tbody tr'), shown('.card'), shown('.marker')].join();
  one('#filters [data-kind="confuser"]').click();
  one('[data-layer="layer-mosaic"]').click();
  out.mosaic = one('#layer-mosaic').style.display;
  one('#r1 a').focus();
  one('#r1 a').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
  out.focused = document.activeElement.closest('tr').id;
  one('[data-show="5"]').click();
  out.centred = Math.abs(box()[0] + box()[2] / 2 - one('.marker[data-n="5"]').dataset.x) < 1e-6;
  out.sections = all('main > section').map((s) => s.id).join();
  out.overflow = document.documentElement.scrollWidth > innerWidth;
});
</script>
STEPS
  cat "$page" "$work/steps.html" >"$work/steps_$lang.html"
  for width in 1280,900 390,800; do
    dom "$work/steps_$lang.html" $width
    says ready 1; says zoomed true; says refitted true; says opened c2c2; says suspected 3,3,3; says filtered 8,8,8
    says mosaic none; says focused r2; says centred true; says overflow false
    says sections map-section,list,cards,coverage,refly,quality
    grep -q CONSOLE "$work/log" && fail "$lang: console: $(grep CONSOLE "$work/log" | head -3)"
  done
done

# The checks themselves must be able to fail: a picture from outside is refused by the page's policy and counted.
lang=control
cat "$work/en/report.html" >"$work/control.html"
sed -i 's#<figure class="chip">#<img src="https://example.invalid/x.png"><figure class="chip">#' "$work/control.html"
dom "$work/control.html"
says broken 1
grep -q "CONSOLE.*Content Security Policy" "$work/log" || fail "the policy did not refuse a picture from outside"

[ "$failures" -eq 0 ] && echo "page checked in $("$browser" --version 2>/dev/null)"
exit $((failures > 0))
