/** The mark of the app: a wound edge drawn together, three stitches. */
export function Mark({ size = '1.75rem' }: { size?: string }) {
  return (
    <svg viewBox="0 0 512 512" width={size} height={size} aria-hidden className="mark">
      <rect width="512" height="512" rx="112" className="mark-ground" />
      <path d="M112 352C176 352 176 160 256 160s80 192 144 192" className="mark-line" />
      <g className="mark-stitch">
        <path d="M146 262l66 38M300 300l66-38M256 118v84" />
      </g>
    </svg>
  );
}
