import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { Link } from '../router.tsx';

export function MissingPage() {
  return (
    <Page title="Not found">
      <Empty title="There is no page at this address.">
        <Link href="/">Go to the overview</Link>
      </Empty>
    </Page>
  );
}
