import cProfile, pstats, time
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
def test_prof(visit):
    c=visit("alpha")
    from cms_blocks.models import NewsPage
    import django.test
    urls=[l for l in ["/tin-tuc/"]]
    from tenants import context, hosts
    page=NewsPage.objects.live().first()
    url=page.get_url() or page.url
    from urllib.parse import urlsplit
    url=urlsplit(url).path
    for _ in range(5): r=c.get(url)
    print(url, r.status_code, len(r.content))
    with CaptureQueriesContext(connection) as q: c.get(url)
    print(len(q)); [print(' ',x['sql'][:150], x['time']) for x in q]
    t=time.process_time(); n=60
    for _ in range(n): c.get(url)
    print('ms cpu each', (time.process_time()-t)/n*1000)
    p=cProfile.Profile(); p.enable()
    for _ in range(n): c.get(url)
    p.disable()
    pstats.Stats(p).sort_stats("tottime").print_stats(45)
    pstats.Stats(p).sort_stats("cumtime").print_stats(70)
