"""The frame of the app: which pages there are, in which order. `make run` starts it."""

from scorecard.ui import frame

frame.run(
    {
        "": [("overview", "总览"), *frame.domains()],
        "落实": [("measures", "配套措施"), ("worklists", "台账与预警"), ("meeting", "会商")],
        "口径与目标": [
            ("glossary", "指标口径"),
            ("targets", "目标"),
            ("time_axis", "基准与标注"),
            ("evidence", "案件清单"),
        ],
        "数据": [("upload", "数据报送"), ("versions", "版本")],
    }
)
