/** A number and its unit; a dash where nothing was measured. */
export function Quantity({ value, unit }: { readonly value: string; readonly unit?: string }) {
  if (value === '') return <span className="none">–</span>
  return (
    <>
      {value}
      {unit !== undefined && <span className="unit"> {unit}</span>}
    </>
  )
}
