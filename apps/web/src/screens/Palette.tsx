import { Spotlight, spotlight } from '@mantine/spotlight';
import type { Calculator } from '@psa/domain/clinical';
import {
  IconBed,
  IconCalculator,
  IconHelp,
  IconHome2,
  IconList,
  IconMoon,
  IconPlus,
  IconSearch,
  IconSend,
  IconUser,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { findScores } from '../scores/find.ts';
import { loadRules } from '../scores/rules.ts';
import { device, usePatientSearch } from '../store/index.ts';
import { ageShort } from '../ui/age.ts';
import { chooseLook, LOOK_TITLES, LOOKS } from '../ui/mode.ts';
import { fullName, plainWords } from '../ui/names.ts';
import { Keys } from '../ui/Pieces.tsx';

const PATIENTS_MOST = 7;
const SCORES_MOST = 6;

/** Every score, once the palette was opened: what fails to load is not offered. */
function useScores(open: boolean): readonly Calculator[] {
  const [scores, setScores] = useState<readonly Calculator[]>([]);
  useEffect(() => {
    if (!open) return;
    loadRules().then(
      ({ CALCULATORS }) => setScores(Object.values(CALCULATORS)),
      () => setScores([]),
    );
  }, [open]);
  return scores;
}

interface Command {
  label: string;
  keys?: string;
  icon: typeof IconHome2;
  run(): void;
}

/** Finds patients, scores, pages and actions by typing. */
export function Palette({ open, close, add }: { open: boolean; close(): void; add(): void }) {
  const [query, setQuery] = useState('');
  const navigate = useNavigate();
  const { today } = usePresent();
  const found = usePatientSearch(query);
  const scores = useScores(open);
  const patientId = useRouterState({ select: (s) => /^\/patients\/([0-9a-f-]{36})/.exec(s.location.pathname)?.[1] });

  useEffect(() => {
    if (open) spotlight.open();
    else spotlight.close();
  }, [open]);

  const commands: Command[] = [
    { label: 'Today', keys: 'g t', icon: IconHome2, run: () => void navigate({ to: '/' }) },
    { label: 'Patients', keys: 'g p', icon: IconUsers, run: () => void navigate({ to: '/patients' }) },
    { label: 'Ward board', keys: 'g w', icon: IconBed, run: () => void navigate({ to: '/wards' }) },
    { label: 'Scores', keys: 'g s', icon: IconCalculator, run: () => void navigate({ to: '/scores' }) },
    { label: 'Needs attention', keys: 'g a', icon: IconList, run: () => void navigate({ to: '/attention' }) },
    { label: 'Lists', keys: 'g l', icon: IconList, run: () => void navigate({ to: '/lists' }) },
    { label: 'Reference data', icon: IconList, run: () => void navigate({ to: '/reference' }) },
    { label: 'Me and this device', keys: 'g m', icon: IconUserCircle, run: () => void navigate({ to: '/me' }) },
    { label: 'Help', keys: 'g h', icon: IconHelp, run: () => void navigate({ to: '/help' }) },
    { label: 'Add…', keys: 'n', icon: IconPlus, run: add },
    { label: 'Register a patient', icon: IconPlus, run: () => void navigate({ to: '/patients/new' }) },
    { label: 'Send now', icon: IconSend, run: () => device.syncNow() },
    { label: 'Lock this device', icon: IconUserCircle, run: () => void device.session.lock() },
    ...LOOKS.map((look) => ({ label: `Look: ${LOOK_TITLES[look]}`, icon: IconMoon, run: () => chooseLook(look) })),
  ];
  const words = plainWords(query).split(' ').filter(Boolean);
  const matching = commands.filter((c) => words.every((w) => plainWords(c.label).includes(w)));
  const patients = words.length === 0 ? [] : found.slice(0, PATIENTS_MOST);
  const matchingScores = words.length === 0 ? [] : findScores(scores, query).slice(0, SCORES_MOST);
  // On a patient's page the score is that patient's.
  const toScore = (id: string) =>
    void (patientId
      ? navigate({ to: '/patients/$patientId/scores/$id', params: { patientId, id } })
      : navigate({ to: '/scores/$id', params: { id } }));

  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={close}
      scrollable
      maxHeight="60vh"
      shortcut={null}
      overlayProps={{ blur: 0, backgroundOpacity: 0.3 }}
      clearQueryOnClose
    >
      <Spotlight.Search
        placeholder="Patient, score, page or action"
        aria-label="Find"
        leftSection={<IconSearch size="1.2rem" stroke={1.8} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {patients.length > 0 && (
          <Spotlight.ActionsGroup label="Patients">
            {patients.map((p) => (
              <Spotlight.Action
                key={p.id}
                onClick={() => void navigate({ to: '/patients/$patientId', params: { patientId: p.id } })}
                leftSection={<IconUser size="1.2rem" stroke={1.6} aria-hidden />}
              >
                <span className="palette-line">
                  <span>{fullName(p)}</span>
                  <span className="muted small num">
                    {[ageShort(p, today), p.gender, p.hospital_number].filter(Boolean).join(' · ')}
                  </span>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {matchingScores.length > 0 && (
          <Spotlight.ActionsGroup label={patientId ? 'Scores of this patient' : 'Scores'}>
            {matchingScores.map((score) => (
              <Spotlight.Action
                key={score.id}
                onClick={() => toScore(score.id)}
                leftSection={<IconCalculator size="1.2rem" stroke={1.6} aria-hidden />}
              >
                <span className="palette-line">
                  <span>{score.title}</span>
                  <span className="muted small">{score.system}</span>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {matching.length > 0 && (
          <Spotlight.ActionsGroup label="Pages and actions">
            {matching.map((c) => (
              <Spotlight.Action key={c.label} onClick={c.run} leftSection={<c.icon size="1.2rem" stroke={1.6} aria-hidden />}>
                <span className="palette-line">
                  <span>{c.label}</span>
                  {c.keys && <Keys keys={c.keys} />}
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {patients.length + matching.length + matchingScores.length === 0 && (
          <Spotlight.Empty>Nothing by that name</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
