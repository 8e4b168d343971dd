// Jobs: what runs, how far it is, why something failed, and once more.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, post } from '../core/api';
import { clock, duration } from '../core/format';
import { t, word } from '../core/i18n';
import { linkTo, replaceRoute, route } from '../core/router';
import { user } from '../core/session';
import type { Job, List, LogPiece } from '../core/types';
import { useLoaded } from '../ui/hooks';
import { Icon } from '../ui/icons';
import { Busy, Empty, Fault, Progress, say, sayFault } from '../ui/parts';

export default function JobsPage(): JSX.Element {
  const jobs = useLoaded((signal) => get<List<Job>>('/jobs?limit=100', signal), [], 2000);
  const open = route.value.rest[0] ?? '';
  const may = ['administrator', 'manager', 'engineer'].includes(user.value?.role ?? '');
  const retry = async (id: string): Promise<void> => {
    try {
      await post(`/jobs/${encodeURIComponent(id)}/retry`);
      say(t('retried'));
      jobs.reload();
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <div class="column">
      <header class="page-head"><h1>{t('jobsTitle')}</h1></header>
      {jobs.error && !jobs.value ? <Fault error={jobs.error} onRetry={jobs.reload} />
        : !jobs.value ? <Busy />
        : jobs.value.items.length === 0 ? <Empty icon="jobs">{t('noJobs')}</Empty>
        : (
          <ul class="jobs">
            {jobs.value.items.map((job) => (
              <li key={job.id} class={`job ${job.state}`}>
                <button type="button" class="job-head" aria-expanded={open === job.id} onClick={() => replaceRoute('jobs', ...(open === job.id ? [] : [job.id]))}>
                  <span class="grow"><b>{word('job_kinds', job.kind)}{job.scan ? ` · ${job.scan}` : ''}</b><small>{when(job)}{(job.tries ?? 0) > 1 && ` · ${t('tries', job.tries!)}`}</small></span>
                  <span class={`tag job-${job.state}`}>{word('job_states', job.state)}</span>
                </button>
                {job.state === 'running' && (
                  <div class="job-progress"><Progress part={(job.percent ?? 0) / 100} label={job.stage ?? word('job_kinds', job.kind)} /><small class="num">{job.stage ?? ''} {job.percent !== null && job.percent !== undefined ? `${Math.round(job.percent)} %` : ''}</small></div>
                )}
                {job.reason && <p class="job-reason"><b>{t('reason')}:</b> {job.reason}</p>}
                {open === job.id && (
                  <div class="job-body">
                    <div class="actions">
                      {['failed', 'parked', 'cancelled'].includes(job.state) && may && <button type="button" class="primary" onClick={() => void retry(job.id)}><Icon name="retry" />{t('retryJob')}</button>}
                      {job.scan && <a class="button" href={linkTo('upload', job.scan)}>{t('qualityTitle')}</a>}
                      {job.scan && job.state === 'done' && job.kind === 'survey' && <a class="button" href={`/api/v1/runs/${encodeURIComponent(job.scan)}/files/report.html`} target="_blank" rel="noopener">{t('report')}</a>}
                    </div>
                    <Log id={job.id} running={job.state === 'running'} />
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
    </div>
  );
}

function when(job: Job): string {
  const seconds = (from: string, to: string | null | undefined): number => ((to ? new Date(to).getTime() : Date.now()) - new Date(from).getTime()) / 1000;
  if (!job.started_at) return t('queuedAt', clock(job.queued_at));
  const began = t('startedAt', clock(job.started_at));
  if (job.ended_at) return `${began} · ${t('took', duration(seconds(job.started_at, job.ended_at)))}`;
  return job.state === 'running' ? `${began} · ${t('runningFor', duration(seconds(job.started_at, null)))}` : began;
}

const keepChars = 200000;

function Log({ id, running }: { id: string; running: boolean }): JSX.Element {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<unknown>(null);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  const alive = useRef(running);
  alive.current = running;
  useEffect(() => {
    const stop = new AbortController();
    let from = 0;
    let timer = 0;
    const more = async (): Promise<void> => {
      try {
        const piece = await get<LogPiece>(`/jobs/${encodeURIComponent(id)}/log?from=${from}`, stop.signal);
        if (piece.text) setText((before) => (before + piece.text).slice(-keepChars));
        const grew = piece.next > from;
        from = piece.next;
        setFault(null);
        if (grew && !piece.end) return void more();
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        setFault(error);
      }
      if (alive.current) timer = window.setTimeout(() => void more(), 1500);
      return undefined;
    };
    void more();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, running]);
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (fault && !text) return <Fault error={fault} />;
  return (
    <pre ref={box} class="log" tabIndex={0} role="log" aria-label={t('log')} onScroll={(e) => {
      const element = e.currentTarget;
      follows.current = element.scrollTop + element.clientHeight > element.scrollHeight - 30;
    }}>{text || t('noLog')}</pre>
  );
}
