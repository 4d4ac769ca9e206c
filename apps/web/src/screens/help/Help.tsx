import { GUIDE } from 'virtual:guide';
import { TextInput } from '@mantine/core';
import type { Role } from '@psa/domain';
import { IconArrowLeft, IconChevronRight } from '@tabler/icons-react';
import { Link, useParams, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Empty, Section } from '../../ui/Pieces.tsx';
import { NotFound } from '../NotFound.tsx';
import { usePerson } from '../person.tsx';
import { Blocks } from './Blocks.tsx';
import { findParts, partsOf } from './find.ts';
import type { GuidePage } from './page.ts';

const PARTS = partsOf(GUIDE);

/** The page of somebody's own work. */
const OWN: Readonly<Record<Role, string>> = {
  super_admin: 'administrator',
  consultant: 'doctor',
  senior_registrar: 'doctor',
  junior_registrar: 'doctor',
  house_officer: 'doctor',
  medical_officer: 'doctor',
  anaesthetist: 'doctor',
  nursing: 'nurse',
  lab: 'laboratory',
  pharmacy: 'pharmacist',
};

/** What everybody reads first, whatever their work. */
const FIRST = 'everybody';

/** The guide: what to read first, everything else, and a search through all of it. Needs no network. */
export function Help() {
  const { actor } = usePerson();
  const [query, setQuery] = useState('');
  const found = findParts(PARTS, query);
  const first = [FIRST, OWN[actor.role]].flatMap((name) => GUIDE.filter((page) => page.name === name));
  const rest = GUIDE.filter((page) => !first.includes(page));
  return (
    <div className="page">
      <header className="page-head">
        <h1>Help</h1>
      </header>
      <TextInput
        type="search"
        aria-label="Search the guide"
        placeholder="A word, or what the screen says"
        value={query}
        onChange={(e) => setQuery(e.currentTarget.value)}
        autoComplete="off"
        className="lists-find"
      />
      {query.trim() === '' ? (
        <>
          <Section title="For you">
            <Pages pages={first} />
          </Section>
          <Section title="More">
            <Pages pages={rest} />
          </Section>
        </>
      ) : (
        <div role="status" aria-label="Found in the guide">
          {found.length === 0 && <Empty title="The guide says nothing of this">Try one word, or part of it.</Empty>}
          <ul className="lines">
            {found.map((part) => (
              <li key={`${part.page}#${part.id}`}>
                <Link to="/help/$page" params={{ page: part.page }} hash={part.id} className="line">
                  <span>
                    <strong>{part.title}</strong>
                    <br />
                    <span className="muted small">{part.pageTitle}</span>
                  </span>
                  <IconChevronRight size="1.1rem" aria-hidden />
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Pages({ pages }: { pages: readonly GuidePage[] }) {
  return (
    <ul className="lines">
      {pages.map((page) => (
        <li key={page.name}>
          <Link to="/help/$page" params={{ page: page.name }} className="line">
            <span>
              <strong>{page.title}</strong>
              <br />
              <span className="muted small">{page.about}</span>
            </span>
            <IconChevronRight size="1.1rem" aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** One page of the guide. */
export function HelpPage() {
  const { page: name } = useParams({ from: '/help/$page' });
  const hash = useRouterState({ select: (s) => s.location.hash });
  const page = GUIDE.find((one) => one.name === name);
  // After the frame has put a new page at its beginning.
  useEffect(() => {
    if (!page) return;
    const frame = requestAnimationFrame(() => {
      if (hash) document.getElementById(hash)?.scrollIntoView({ block: 'start' });
      else document.getElementById('main')?.scrollTo(0, 0);
    });
    return () => cancelAnimationFrame(frame);
  }, [page, hash]);
  if (!page) return <NotFound />;
  return (
    <article className="page guide" key={name}>
      <header className="page-head">
        <Link to="/help" className="icon-button" aria-label="Back to the guide">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>{page.title}</h1>
      </header>
      <Blocks blocks={page.blocks} />
    </article>
  );
}
