# The letter names the total of the invoice, in euros and in hours.
letter=invoices/2026-10-lighthouse.md
invoice=invoices/2026-10-lighthouse.json
test -s $letter || { echo "$letter is not there"; exit 1; }
euros=$(jq -r .euros $invoice)
hours=$(jq -r '.minutes / 60' $invoice)
for words in "$euros euros" "$hours hours"; do
  tr '\n' ' ' < $letter | grep -qF "$words" || { echo "$letter does not say: $words"; exit 1; }
done
