"""Small extracts of the committed contracts, as the case system would write them; numbers are invented."""

from datetime import date, timedelta
from pathlib import Path

from scorecard.storage.data_dir import DataDir

AS_OF = date(2026, 10, 31)


def cases_csv(rows: int, first: int = 1, encoding: str = "utf-8") -> bytes:
    """`rows` closed civil cases filed from January 2026 on, every fourth by 小额诉讼, none converted; case numbers from `first`."""
    lines = ["案号,案由,立案日期,结案日期,结案方式,适用程序,承办部门,是否涉企,是否转程序,原适用程序,转程序日期"]
    for number in range(first, first + rows):
        filed = date(2026, 1, 5) + timedelta(days=number * 7 % 200)
        closed = filed + timedelta(days=20 + number % 30)
        procedure = "小额诉讼" if number % 4 == 0 else "简易程序"
        firm = "是" if number % 3 == 0 else "否"
        lines.append(
            f"（2026）鲁0117民初{number}号,买卖合同纠纷,{filed},{closed},判决,{procedure},民事审判庭,{firm},否,,"
        )
    return "\r\n".join(lines).encode(encoding)


def without(extract: bytes, *numbers: int) -> bytes:
    """The same extract of `cases_csv` without the cases of these numbers."""
    lines = extract.decode().split("\r\n")
    return "\r\n".join(one for one in lines if not any(f"民初{number}号" in one for number in numbers)).encode()


def written(data: DataDir) -> list[Path]:
    """Every file of the folder but the lock and the record of who did what."""
    beside = {data.lock, data.audit, data.audit_head}
    return [path for path in data.root.rglob("*") if path.is_file() and path not in beside]
