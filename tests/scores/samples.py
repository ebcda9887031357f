"""Small files of marks in the shapes that examination boards give out. Numbers and marks are made up."""

from __future__ import annotations

import json

# A bare 0 is "did not sit", 0.00 a mark; 01000002 stands twice alike, 01000003 twice with other marks.
ZERO = """,sbd,tinh,toan,van,anh,ly,hoa,sinh,su,dia,gdcd
0,01000001,Sở A,8.20,7.50,0,9.50,4.25,7.67,0,0,0
1,01000002,Sở A,0.00,5.25,4.60,0,0,0,6.00,5.50,8.75
2,01000002,Sở A,0.00,5.25,4.60,0,0,0,6.00,5.50,8.75
3,01000003,Sở A,5.00,5.00,5.00,0,0,0,5.00,5.00,5.00
4,01000003,Sở A,5.00,5.00,5.00,0,0,0,5.00,5.00,5.25
""".encode()
DASH = b"""id,w_foreign_language,w_literature,w_math,x_biology,x_chemistry,x_physics,y_civic_education,y_geography,y_history,z_average
33000001,3,4.50,6.40,-,-,-,7.75,7.50,6.50,5.94
33000002,0,7,5.60,-,-,-,,8,5,6.83
33000003,-,-,9.8,5,6.25,7.5,-,-,-,7.14
"""
BLANK = b"""STT,SBD,MA_TINH,TOAN,VAN,LI,HOA,SINH,SU,DIA,KTPL,T_ANH,A00
1,28000001,28,6.5,8.25,3.85,,,,,,6.75,
2,28000002,28,,8.25,,,,4.35,,,10.5,
3,28000003,28,8.75,7.25,9.5,8.75,,,,,-1,27.0
"""
LOP10 = b'"sbd","van","ngoaingu","toan"\n1,6,5,0.5\n2,7.25,6.5,0\n3,6,8.5,4\n'


def api(*rows: dict[str, object]) -> bytes:
    names = ("TOAN", "VAN", "NGOAI_NGU", "SU", "DIA", "GDKT_PL", "LI", "HOA", "SINH", "TIN_HOC", "GIAO_DUC_CONG_DAN",
             "CN_CONG_NGHIEP", "CN_NONG_NGHIEP")  # fmt: skip
    return json.dumps({"province_code": "36", "data": [dict.fromkeys(names, -1) | row for row in rows]}).encode()


JSON = api(
    {"SBD": "36000001", "TOAN": 8.5, "VAN": 6.5, "HOA": 10, "SINH": 9.5, "TONGDIEM": 34.5},
    {"SBD": "36000002", "TOAN": 3.6, "VAN": 6.75, "SU": 0, "TONGDIEM": 10.35},
    {"SBD": "36000003", "TOAN": 7.5, "VAN": 8, "TONGDIEM": 15.75},
)
